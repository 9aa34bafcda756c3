import type { ModelFacts, OllamaClient, TaggedModel } from './client.ts';
import { OllamaError } from './errors.ts';
import { normalizeModelName } from './model-name.ts';

/** A model that can chat. */
export type ChatModel = TaggedModel & Pick<ModelFacts, 'contextLength' | 'thinks'>;

/** The chat models of one server. Every method throws OllamaError when the server cannot be asked, and was not a short while ago. */
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

const freshMs = 5_000;
/** Long enough for a restart, or for a disk that is busy; short enough that nobody is told of models that are gone for good. */
const keptMs = 15_000;
const patienceMs = 1_000;
const askTimeoutMs = 3_000;
const showConcurrencyMax = 8;

type Tags = { readonly models: readonly TaggedModel[]; readonly readAtMs: number };

/**
 * Remembers /api/tags for 5 s and /api/show for as long as the content stays. When the server does not answer within a second, what it
 * answered last stands in, for 15 s at most. Callers that come at the same time share one request, which is why none of them can cancel it;
 * it has a time limit of its own. `onNoAnswer` hears of every list that did not come.
 */
export function createInstalledModels(
  client: Pick<OllamaClient, 'listModels' | 'showModel'>,
  { onNoAnswer }: { onNoAnswer: () => void },
): InstalledModels {
  const call = () => ({ signal: AbortSignal.timeout(askTimeoutMs) });
  const facts = new Map<string, Promise<ModelFacts>>();
  let latest: Tags | undefined;
  let isForgotten = false;
  let asking: Promise<Tags> | undefined;

  async function currentTags(): Promise<readonly TaggedModel[]> {
    if (latest !== undefined && !isForgotten && ageMs(latest) < freshMs) return latest.models;
    asking ??= ask();
    const { models } = latest !== undefined && ageMs(latest) < keptMs ? await inTime(asking, latest) : await asking;
    return models;
  }

  function ask(): Promise<Tags> {
    const asked = loadTags();
    asked.then(
      (tags) => settle(asked, tags),
      () => {
        settle(asked, undefined);
        onNoAnswer();
      },
    );
    return asked;
  }

  /** One that was asked before the list was forgotten may be as old as that. */
  function settle(asked: Promise<Tags>, tags: Tags | undefined) {
    if (asking !== asked) return;
    asking = undefined;
    if (tags === undefined) return;
    latest = tags;
    isForgotten = false;
  }

  async function loadTags(): Promise<Tags> {
    const models = [...(await client.listModels(call()))].sort((left, right) => compare(left.name, right.name));
    const keys = new Set(models.map(factsKey));
    for (const key of facts.keys()) if (!keys.has(key)) facts.delete(key);
    return { models, readAtMs: performance.now() };
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
      isForgotten = true;
      asking = undefined;
    },
  };
}

function ageMs({ readAtMs }: Tags): number {
  return performance.now() - readAtMs;
}

/** The answer when it comes in time, else what stands in for it. */
async function inTime(asking: Promise<Tags>, standIn: Tags): Promise<Tags> {
  const { promise: late, resolve } = Promise.withResolvers<Tags>();
  const timer = setTimeout(() => resolve(standIn), patienceMs);
  return await Promise.race([asking.catch(() => standIn), late]).finally(() => clearTimeout(timer));
}

/** A server that gives no digest is asked by name. */
function factsKey({ digest, name }: TaggedModel): string {
  return digest === '' ? `name:${name}` : digest;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
