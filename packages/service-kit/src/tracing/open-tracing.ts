import type { Logger } from '../logger.ts';
import type { ServiceName } from '../service-name.ts';
import type { TracingSettings } from './config.ts';
import { noTracing, type Tracing } from './tracing.ts';

export type OpenTracingOptions = {
  service: ServiceName;
  version: string;
  /** Without, nothing is recorded. */
  settings: TracingSettings | undefined;
  logger: Logger;
};

/** The tracing of one service. Open it first: what is disposed of later may still have something to say. */
export async function openTracing({ settings, ...service }: OpenTracingOptions): Promise<Tracing> {
  if (settings === undefined) return noTracing;
  // Loaded only when it is used: it takes memory and time at the start.
  const { startOpenTelemetry } = await import('./open-telemetry.ts');
  return startOpenTelemetry({ ...service, settings });
}
