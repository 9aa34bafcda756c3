import { AppError } from '@chatbot/errors';
import type { Logger, LoopPressure } from '@chatbot/service-kit';
import { FairQueue, type Place, type Rank, RunningLimit } from '../fair-queue.ts';
import { createOllamaClient, type OllamaClient } from './client.ts';
import type { OllamaEndpoint } from './endpoint.ts';
import { isAbsence, OllamaError, toCallerError } from './errors.ts';
import { createHostHealth, type HostHealth } from './host-health.ts';
import { type ChatModel, createInstalledModels, type InstalledModels } from './installed-models.ts';
import { createLoadedModels, type LoadedModels } from './loaded-models.ts';
import { normalizeModelName } from './model-name.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';
import type { OllamaTransport } from './transport.ts';

export type OllamaHost = {
  /** Host and port, for logs and metrics. */
  readonly label: string;
  readonly client: OllamaClient;
  readonly models: InstalledModels;
  readonly loaded: LoadedModels;
  readonly queue: FairQueue;
  readonly health: HostHealth;
  readonly silence: SilenceWatch;
};

/** A model, and the server to ask for it. */
export type ModelTarget = { readonly host: OllamaHost; readonly model: ChatModel };

/** A target with a place in its server's queue, which has to be disposed of. */
export type Entry = ModelTarget & { readonly place: Place };

export type EnterInput = {
  /** The model asked for; empty takes the default. */
  readonly wanted: string;
  /** What will do when the model asked for is not there. */
  readonly substitute: 'any-chat-model' | 'none';
  /** Servers that failed this request already. */
  readonly excluded: ReadonlySet<OllamaHost>;
  /** Whose turn it is; empty when the call stands for itself. */
  readonly fairnessKey: string;
  readonly rank: Rank;
};

/** The configured servers. This is the place that decides which of them gets a request. */
export type OllamaHosts = Disposable & {
  readonly all: readonly OllamaHost[];
  /**
   * Enters the queue of the least loaded server that has the model asked for, else the default model, else any chat model.
   * Choosing and entering are one step, so that calls that come together spread out. The place may be refused.
   * Throws AppError MODEL_UNAVAILABLE when no server answers, MODEL_NOT_FOUND when none has a model that will do.
   */
  enter(input: EnterInput): Promise<Entry>;
  /** Waits for a server that is away and resolves with the first that is back; with none when none is away, or the signal aborts. */
  nextReturned(signal: AbortSignal): Promise<OllamaHost | undefined>;
  /** The chat models of all servers, each once, the default first. Throws AppError MODEL_UNAVAILABLE when none answers. */
  listModels(): Promise<readonly (ChatModel & { readonly isDefault: boolean })[]>;
  /** Takes the server out when the failure is one that other requests would meet, too. Who waits for it goes to another one. */
  reportFailure(host: OllamaHost, failure: OllamaError): void;
  /** Brings a server back. */
  reportSuccess(host: OllamaHost): void;
};

export type OllamaHostsDeps = {
  endpoints: readonly OllamaEndpoint[];
  transport: OllamaTransport;
  pressure: LoopPressure;
  defaultModel: string;
  /** Per server, except that a key's limit is for all of them together. */
  queue: { parallel: number; waitingMax: number; perKeyMax: number };
  logger: Logger;
};

export function createOllamaHosts(deps: OllamaHostsDeps): OllamaHosts {
  const limit = new RunningLimit(deps.queue.perKeyMax);
  const hosts = deps.endpoints.map((endpoint) => createHost(endpoint, { deps, limit, onChange: moveWaiting }));

  /** Nobody waits for a server that is out while another one works. */
  function moveWaiting() {
    if (hosts.every(({ health }) => health.isOut)) return;
    for (const { health, queue } of hosts) if (health.isOut) queue.displaceWaiting();
  }

  /** The healthy ones, the least loaded first, then in the order of the configuration; all of them when none is healthy. */
  function candidates(excluded: ReadonlySet<OllamaHost>): OllamaHost[] {
    const left = hosts.filter((host) => !excluded.has(host));
    const healthy = left.filter(({ health }) => !health.isOut);
    return (healthy.length > 0 ? healthy : left).sort(byLoad);
  }

  return {
    all: hosts,
    reportFailure(host, { failure }) {
      host.models.forget();
      if (isOutage(failure)) host.health.reportFailure();
    },
    reportSuccess: ({ health }) => health.reportSuccess(),
    async enter(input) {
      const failed = new Set(input.excluded);
      const search: Search = {
        candidates: () => candidates(failed),
        onFailure(host) {
          failed.add(host);
          host.health.reportFailure();
        },
        enter: ({ host, model }) => ({ host, model, place: host.queue.enter(toQueueInput(input)) }),
      };
      for (const look of looks(input, deps.defaultModel)) {
        const entry = await enterFirst(search, look);
        if (entry !== undefined) return entry;
      }
      throw failed.size === hosts.length ? noHostAnswers() : noChatModel(deps.defaultModel);
    },
    async nextReturned(signal) {
      const done = new AbortController();
      const waiting = AbortSignal.any([signal, done.signal]);
      const returns = hosts.map(async (host) => ((await host.health.hasReturned(waiting)) ? host : Promise.reject()));
      return await Promise.any(returns)
        .catch(() => undefined)
        .finally(() => done.abort());
    },
    async listModels() {
      const asked = candidates(new Set());
      const lists = await Promise.allSettled(asked.map(({ models }) => models.list()));
      const answered = lists.filter((list) => list.status === 'fulfilled').map(({ value }) => value);
      for (const [index, list] of lists.entries()) {
        const host = asked[index];
        if (list.status === 'fulfilled' || host === undefined) continue;
        if (!(list.reason instanceof OllamaError)) throw list.reason;
        host.health.reportFailure();
      }
      if (answered.length === 0) throw noHostAnswers(lists);
      return inOrder(answered.flat(), deps.defaultModel);
    },
    [Symbol.dispose]() {
      for (const { health, silence } of hosts) {
        health[Symbol.dispose]();
        silence[Symbol.dispose]();
      }
    },
  };
}

function createHost(
  endpoint: OllamaEndpoint,
  { deps, limit, onChange }: { deps: OllamaHostsDeps; limit: RunningLimit; onChange: () => void },
): OllamaHost {
  const { label } = endpoint;
  const { transport, pressure, logger, queue } = deps;
  const client = createOllamaClient({ endpoint, transport, pressure });
  const models = createInstalledModels(client, { onNoAnswer: () => health.reportFailure() });
  const health = createHostHealth({
    probe: (signal) => client.ping({ signal }),
    onOut(probeInMs) {
      models.forget();
      logger.warn({ host: label, probeInMs }, 'model server taken out');
      onChange();
    },
    onAway() {
      logger.warn({ host: label }, 'model server is away');
    },
    onBack() {
      logger.info({ host: label }, 'model server brought back');
      onChange();
    },
  });
  return {
    label,
    client,
    models,
    health,
    loaded: createLoadedModels(client, () => performance.now()),
    silence: createSilenceWatch({ ping: (signal) => client.ping({ signal }).catch(throwUnlessAnswered) }),
    queue: new FairQueue({ ...queue, limit }),
  };
}

/** Even an error is a sign of life; no answer, or half of one, is not. */
function throwUnlessAnswered(thrown: unknown): void {
  if (!(thrown instanceof OllamaError) || isAbsence(thrown.failure)) throw thrown;
}

/** One whose queue is full comes last, however few run there. */
function byLoad({ queue: left }: OllamaHost, { queue: right }: OllamaHost): number {
  const load = (queue: FairQueue) => queue.runningCount + queue.waitingCount;
  return Number(left.isFull) - Number(right.isFull) || load(left) - load(right);
}

/** What a reply can meet. A server that answers, though badly, may do better with another request. */
function isOutage(failure: OllamaError['failure']): boolean {
  return failure === 'busy' || isAbsence(failure);
}

function toQueueInput({ fairnessKey, rank }: EnterInput): Parameters<FairQueue['enter']>[0] {
  return { rank, ...(fairnessKey === '' ? {} : { key: fairnessKey }) };
}

type Look = (models: InstalledModels) => Promise<ChatModel | undefined>;

/** What is looked for, one after the other, on all servers. */
function looks({ wanted, substitute }: EnterInput, defaultModel: string): readonly Look[] {
  if (substitute === 'none') return [(models) => models.find(wanted)];
  const names = wanted === '' ? [defaultModel] : [wanted, defaultModel];
  return [
    ...names.map(
      (name): Look =>
        (models) =>
          models.find(name),
    ),
    (models) => models.findFirst(),
  ];
}

type Search = {
  readonly candidates: () => OllamaHost[];
  readonly onFailure: (host: OllamaHost) => void;
  readonly enter: (target: ModelTarget) => Entry;
};

/**
 * Asks one server after the other. The load may have changed, and servers may have failed, while one was asked, which is why the
 * candidates are put in order anew each time: the one that is entered is the first of them at that moment.
 */
async function enterFirst({ candidates, onFailure, enter }: Search, look: Look): Promise<Entry | undefined> {
  const found = new Map<OllamaHost, ChatModel | undefined>();
  for (;;) {
    const host = candidates().find((candidate) => !found.has(candidate) || found.get(candidate) !== undefined);
    if (host === undefined) return undefined;
    const model = found.get(host);
    if (model !== undefined) return enter({ host, model });
    found.set(host, undefined);
    try {
      found.set(host, await look(host.models));
    } catch (thrown) {
      if (!(thrown instanceof OllamaError)) throw thrown;
      onFailure(host);
    }
  }
}

function inOrder(models: readonly ChatModel[], defaultModel: string) {
  const byName = new Map(models.map((model) => [normalizeModelName(model.name), model]));
  const sorted = [...byName.entries()].sort(([left], [right]) => (left < right ? -1 : 1));
  const configured = normalizeModelName(defaultModel);
  const first = byName.has(configured) ? configured : sorted[0]?.[0];
  return sorted
    .map(([name, model]) => ({ ...model, isDefault: name === first }))
    .sort((left, right) => Number(right.isDefault) - Number(left.isDefault));
}

function noHostAnswers(cause?: unknown): unknown {
  return toCallerError(new OllamaError('unreachable', { cause }));
}

function noChatModel(defaultModel: string): AppError {
  return new AppError('MODEL_NOT_FOUND', {
    detail: `Ollama has no chat model installed. Run \`ollama pull ${defaultModel}\` on its machine, then try again.`,
  });
}
