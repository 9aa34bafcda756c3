import type { ModelConfig } from './models/model.ts';

/** What startOllamaSim takes; everything has a default. */
export interface OllamaSimConfig {
  /** Address to listen on; 127.0.0.1 unless told. */
  readonly host?: string;
  /** Port to listen on; 0, the default, picks a free one. */
  readonly port?: number;
  /** The installed models by name; a name without a tag gets ":latest". Only the demo model unless told. */
  readonly models?: Readonly<Record<string, ModelConfig>>;
  /** Models that are not installed, and that a pull installs. */
  readonly library?: Readonly<Record<string, ModelConfig>>;
  /** Holds the pull of a model of the library when half of it is there, until a release. */
  readonly gatePulls?: boolean;
  /** Opens the control API under /_sim, and lets names of the `sim-…` scheme answer without being installed. */
  readonly control?: boolean;
  /** Speed of demo models that do not set their own, in tokens a second; 30 unless told, 0 is flat out. */
  readonly demoRatePerSecond?: number;
  /** How many replies run at once, as OLLAMA_NUM_PARALLEL; more wait their turn. Unlimited unless told. */
  readonly parallel?: number;
  /** How many requests may wait for their turn, as OLLAMA_MAX_QUEUE (512); more get 503. */
  readonly queueMax?: number;
  /** Largest request body, 32 MiB unless told; more gets 413. */
  readonly bodyBytesMax?: number;
  /** How many ended requests are kept for `requests`; 1,000 unless told. Running ones are always kept. */
  readonly historyMax?: number;
}

/** The configuration with every default filled in. */
export type ResolvedConfig = Required<OllamaSimConfig>;

/** Fills in the defaults of a configuration. */
export function resolveConfig(config: OllamaSimConfig): ResolvedConfig {
  return {
    host: config.host ?? '127.0.0.1',
    port: config.port ?? 0,
    models: config.models ?? { demo: { kind: 'demo' } },
    library: config.library ?? {},
    gatePulls: config.gatePulls ?? false,
    control: config.control ?? false,
    demoRatePerSecond: config.demoRatePerSecond ?? 30,
    parallel: config.parallel ?? Number.POSITIVE_INFINITY,
    queueMax: config.queueMax ?? 512,
    bodyBytesMax: config.bodyBytesMax ?? 32 * 1024 * 1024,
    historyMax: config.historyMax ?? 1000,
  };
}
