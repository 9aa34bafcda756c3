export type { OllamaSimConfig } from './config.ts';
export type { ServerFault } from './context.ts';
export type {
  Capability,
  ChatMessage,
  DemoModelConfig,
  EmbeddingModelConfig,
  Fault,
  ModelConfig,
  ScriptedModelConfig,
} from './models/model.ts';
export type { RequestState, SimRequest, WaitOptions } from './request-log.ts';
export type { ReleaseInput } from './routes/control.ts';
export { type OllamaSim, startOllamaSim } from './server.ts';
