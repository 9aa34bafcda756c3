import * as z from 'zod/mini';
import { AnySchema, type Call } from './http.ts';

/** The calls about the code that signing in asks for besides the password. */

const PATH = '/users/me/second-factor';

const SecondFactorSchema = z.object({
  enabled: z.boolean(),
  enabledAt: z.optional(z.string()),
  recoveryCodesLeft: z.number(),
});
const AppSecretSchema = z.object({ secret: z.string(), uri: z.string() });
const RecoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) });

export type SecondFactor = z.infer<typeof SecondFactorSchema>;
/** What an authenticator app needs: to be typed, and to be shown as a QR code. */
export type AppSecret = z.infer<typeof AppSecretSchema>;

type OwnerProof = { password: string; code: string };

export type SecondFactorApi = {
  get: (signal: AbortSignal) => Promise<SecondFactor>;
  /** Makes a secret, which counts once a code of it is confirmed. */
  begin: (proof: { password: string }) => Promise<AppSecret>;
  /** Turns it on; the recovery codes are told this once. */
  confirm: (proof: { code: string }) => Promise<string[]>;
  replaceRecoveryCodes: (proof: OwnerProof) => Promise<string[]>;
  turnOff: (proof: OwnerProof) => Promise<void>;
};

/** Makes the calls by `call`, which sends a request as the signed-in account. Each throws ProblemError. */
export function createSecondFactorApi(call: Call): SecondFactorApi {
  const recoveryCodes = async (path: string, body: object) =>
    (await call({ method: 'POST', path, body, schema: RecoveryCodesSchema })).recoveryCodes;
  return {
    get: (signal) => call({ path: PATH, schema: SecondFactorSchema, signal }),
    begin: (proof) => call({ method: 'POST', path: PATH, body: proof, schema: AppSecretSchema }),
    confirm: (proof) => recoveryCodes(`${PATH}/confirm`, proof),
    replaceRecoveryCodes: (proof) => recoveryCodes(`${PATH}/recovery-codes`, proof),
    async turnOff(proof) {
      await call({ method: 'DELETE', path: PATH, body: proof, schema: AnySchema });
    },
  };
}
