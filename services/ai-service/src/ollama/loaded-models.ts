import type { OllamaCall, OllamaClient } from './client.ts';

/** Which models a server has in memory. */
export type LoadedModels = {
  /** A model has just given text. */
  note(name: string): void;
  /** Whether the model is in memory, or on the way there. Throws as the client does. */
  isLoaded(name: string, call: OllamaCall): Promise<boolean>;
};

/** Ollama keeps a model for five minutes after its last use unless told otherwise. */
const freshMs = 20_000;

/** Asks the server, but not about a model that has given text a moment ago: the question would compete with the request. */
export function createLoadedModels(client: Pick<OllamaClient, 'isLoaded'>, now: () => number): LoadedModels {
  const notedAtMs = new Map<string, number>();
  return {
    note: (name) => void notedAtMs.set(name, now()),
    async isLoaded(name, call) {
      return now() - (notedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) < freshMs || client.isLoaded(name, call);
    },
  };
}
