import type { ModelGate } from '../model-gate.ts';
import type { AskedTurn, Quotas } from '../quotas/quotas.ts';
import type { LoadGate } from './load-gate.ts';

/** Decides whether one more reply may be asked for, before anything of it is stored. */
export type Admission = {
  /**
   * Runs `store` for a reply that may be written, and gives its place back when `store` throws. A turn that is sent several times at once takes one
   * place. Throws QUOTA_EXCEEDED, RATE_LIMITED when the queues of the model servers are full, or OVERLOADED when this replica has all it can do.
   */
  admit<Result extends { generationId: string; replayed: boolean }>(
    asked: AskedTurn,
    store: () => Promise<Result>,
  ): Promise<Result>;
};

type AdmissionDeps = { quotas: Quotas; gate: ModelGate; load: LoadGate };

export function createAdmission({ quotas, gate, load }: AdmissionDeps): Admission {
  return {
    async admit(asked, store) {
      gate.pass();
      using _place = load.enter();
      const reservation = await quotas.reserve(asked);
      try {
        const result = await store();
        // A repeat has its place already, or had it.
        if (result.replayed) reservation.cancel();
        else reservation.keepFor(result.generationId);
        return result;
      } catch (error) {
        reservation.cancel();
        throw error;
      }
    },
  };
}
