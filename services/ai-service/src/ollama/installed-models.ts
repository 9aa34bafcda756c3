import type { ModelFacts, OllamaClient, TaggedModel } from './client.ts';
import { OllamaError } from './errors.ts';
import { normalizeModelName } from './model-name.ts';

/** A model that can chat. */
export type ChatModel = TaggedModel & Pick<ModelFacts, 'contextLength' | 'thinks'>;

/** The chat models of one server. Every method throws OllamaError when the server cannot be asked. */
export type InstalledModels = {
  /** The model of that name, if it is installed and can chat. */
  find(name: string): Promise<ChatModel | undefined>;
  /** The first chat model by name. */
  findFirst(): Promise<ChatModel | undefined>;
  /** All chat models, by name. */
  list(): Promise<readonly ChatModel[]>;
  /** Asks the server again next time. */
  forget(): void;
};

const tagsAgeMaxMs = 5_000;
const askTimeoutMs = 3_000;
const showConcurrencyMax = 8;

/**
 * Remembers /api/tags for 5 s and /api/show for as long as the content stays. Callers that come at the same time share one
 * request, which is why none of them can cancel it; it has a time limit of its own.
 */
export function createInstalledModels(client: OllamaClient): InstalledModels {
  const call = () => ({ signal: AbortSignal.timeout(askTimeoutMs) });
  const facts = new Map<string, Promise<ModelFacts>>();
  let tags: { models: Promise<readonly TaggedModel[]>; expiresAtMs: number } | undefined;

  async function loadTags(): Promise<readonly TaggedModel[]> {
    const models = [...(await client.listModels(call()))].sort((left, right) => compare(left.name, right.name));
    const keys = new Set(models.map(factsKey));
    for (const key of facts.keys()) if (!keys.has(key)) facts.delete(key);
    return models;
  }

  function currentTags(): Promise<readonly TaggedModel[]> {
    if (tags === undefined || tags.expiresAtMs <= performance.now()) {
      const entry = { models: loadTags(), expiresAtMs: performance.now() + tagsAgeMaxMs };
      tags = entry;
      entry.models.catch(() => {
        if (tags === entry) tags = undefined;
      });
    }
    return tags.models;
  }

  function factsOf(model: TaggedModel): Promise<ModelFacts> {
    const key = factsKey(model);
    const known = facts.get(key);
    if (known !== undefined) return known;
    const asked = client.showModel(model.name, call());
    facts.set(key, asked);
    asked.catch(() => facts.delete(key));
    return asked;
  }

  async function toChatModel(model: TaggedModel): Promise<ChatModel | undefined> {
    try {
      const { isChatModel, contextLength, thinks } = await factsOf(model);
      return isChatModel ? { ...model, contextLength, thinks } : undefined;
    } catch (thrown) {
      // A model that the server cannot describe is one that it cannot run; the others are not affected.
      if (thrown instanceof OllamaError && thrown.failure !== 'unreachable') return undefined;
      throw thrown;
    }
  }

  return {
    async find(name) {
      const wanted = normalizeModelName(name);
      const model = (await currentTags()).find((tagged) => normalizeModelName(tagged.name) === wanted);
      return model === undefined ? undefined : toChatModel(model);
    },
    async findFirst() {
      for (const tagged of await currentTags()) {
        const model = await toChatModel(tagged);
        if (model !== undefined) return model;
      }
      return undefined;
    },
    async list() {
      const tagged = await currentTags();
      const models: ChatModel[] = [];
      for (let start = 0; start < tagged.length; start += showConcurrencyMax) {
        const group = await Promise.all(tagged.slice(start, start + showConcurrencyMax).map(toChatModel));
        models.push(...group.filter((model) => model !== undefined));
      }
      return models;
    },
    forget() {
      tags = undefined;
    },
  };
}

/** A server that gives no digest is asked by name. */
function factsKey({ digest, name }: TaggedModel): string {
  return digest === '' ? `name:${name}` : digest;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
