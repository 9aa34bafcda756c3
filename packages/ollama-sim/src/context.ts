import type { ResolvedConfig } from './config.ts';
import type { LoadedModels } from './loaded-models.ts';
import type { Catalogue } from './models/catalogue.ts';
import type { RequestLog } from './request-log.ts';
import type { Slots } from './slots.ts';
import type { Ticker } from './ticker.ts';

/** What every request meets instead of an answer: 503, a reset connection, or silence. */
export type ServerFault = 'none' | 'refuse' | 'reset' | 'hang';

/** What may wait at a gate. */
export interface Gated {
  /** Lets so many tokens past the gate; false when there is none. */
  release(tokenCount: number): boolean;
}

/** The parts of one running simulator. */
export interface SimContext {
  readonly config: ResolvedConfig;
  readonly catalogue: Catalogue;
  readonly loadedModels: LoadedModels;
  readonly log: RequestLog;
  readonly slots: Slots;
  readonly ticker: Ticker;
  readonly startedAt: Date;
  /** The replies and pulls that are running, by request id. */
  readonly runs: Map<string, Gated>;
  serverFault: ServerFault;
}
