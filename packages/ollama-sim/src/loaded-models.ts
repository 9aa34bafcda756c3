import { ApiError } from './http.ts';
import type { SimModel } from './models/model.ts';
import type { Ticker } from './ticker.ts';

const KEEP_ALIVE_DEFAULT_MS = 5 * 60 * 1000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

interface LoadedModel {
  readonly model: SimModel;
  /** On the clock of performance.now(). */
  readonly readyMs: number;
  expiresAt: Date;
}

/** The models that are "in memory", for /api/ps and for load_duration. */
export class LoadedModels {
  readonly #ticker: Ticker;
  readonly #loaded = new Map<string, LoadedModel>();

  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  /** Whether a request would have to wait for the model now. */
  isLoading(model: SimModel): boolean {
    const found = this.#find(model.name);
    return found === undefined ? model.loadDelayMs > 0 : found.readyMs > performance.now();
  }

  /**
   * Resolves when the model is in memory, with the milliseconds waited; the request that starts the loading is not
   * needed for it to go on. Rejects with the signal's reason when it is aborted.
   */
  async load(
    model: SimModel,
    options: { readonly keepAliveMs: number; readonly signal: AbortSignal },
  ): Promise<number> {
    const startMs = performance.now();
    const loaded = this.#find(model.name) ?? this.#add(model, startMs + model.loadDelayMs);
    loaded.expiresAt = dateAfter(options.keepAliveMs);
    if (loaded.readyMs > startMs) {
      await this.#ticker.wait(loaded.readyMs - startMs, options.signal);
    }
    return performance.now() - startMs;
  }

  unload(model: SimModel): void {
    this.#loaded.delete(model.name);
  }

  unloadAll(): void {
    this.#loaded.clear();
  }

  list(): { readonly model: SimModel; readonly expiresAt: Date }[] {
    this.#dropExpired();
    return [...this.#loaded.values()];
  }

  #find(name: string): LoadedModel | undefined {
    const found = this.#loaded.get(name);
    return found !== undefined && found.expiresAt.getTime() > Date.now() ? found : undefined;
  }

  #add(model: SimModel, readyMs: number): LoadedModel {
    this.#dropExpired();
    const loaded: LoadedModel = { model, readyMs, expiresAt: new Date() };
    this.#loaded.set(model.name, loaded);
    return loaded;
  }

  #dropExpired(): void {
    for (const [name, { expiresAt }] of this.#loaded) {
      if (expiresAt.getTime() <= Date.now()) {
        this.#loaded.delete(name);
      }
    }
  }
}

/**
 * Reads `keep_alive`: a number of seconds or a Go duration such as "1h30m"; negative is forever. Absent is five minutes.
 * Throws ApiError 400 for a text that is no duration.
 */
export function parseKeepAlive(value: string | number | null | undefined): number {
  if (value === null || value === undefined) {
    return KEEP_ALIVE_DEFAULT_MS;
  }
  const durationMs = typeof value === 'number' ? value * 1000 : parseDuration(value);
  return durationMs < 0 ? Number.POSITIVE_INFINITY : durationMs;
}

function parseDuration(text: string): number {
  if (!/^[+-]?(?:0|(?:\d+(?:\.\d+)?(?:ms|s|m|h))+)$/.test(text)) {
    throw new ApiError(400, `time: invalid duration "${text}"`);
  }
  let sumMs = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    sumMs += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return text.startsWith('-') ? -sumMs : sumMs;
}

/** A model that is kept forever gets a date that no test outlives and that every client can read. */
function dateAfter(durationMs: number): Date {
  const foreverMs = 100 * 365 * 24 * 3_600_000;
  return new Date(Date.now() + Math.min(durationMs, foreverMs));
}
