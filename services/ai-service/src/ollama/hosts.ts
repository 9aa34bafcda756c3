import { AppError } from '@chatbot/errors';
import { createOllamaClient, type OllamaClient } from './client.ts';
import type { OllamaEndpoint } from './endpoint.ts';
import { OllamaError, toCallerError } from './errors.ts';
import { type ChatModel, createInstalledModels, type InstalledModels } from './installed-models.ts';
import { normalizeModelName } from './model-name.ts';
import type { OllamaTransport } from './transport.ts';

export type OllamaHost = {
  /** Host and port, for logs. */
  readonly label: string;
  readonly client: OllamaClient;
  readonly models: InstalledModels;
};

/** A model, and the server to ask for it. */
export type ModelTarget = { readonly host: OllamaHost; readonly model: ChatModel };

type ChooseInput = {
  /** The model asked for; empty takes the default. */
  readonly wanted: string;
  /** Servers that failed this request already. */
  readonly excluded: ReadonlySet<OllamaHost>;
};

/** The configured servers. This is the place that decides which of them gets a request. */
export type OllamaHosts = {
  /**
   * The first server that has the model asked for, else the default model, else any chat model.
   * Throws AppError MODEL_UNAVAILABLE when no server answers, MODEL_NOT_FOUND when none has a chat model.
   */
  choose(input: ChooseInput): Promise<ModelTarget>;
  /** The chat models of all servers, each once, the default first. Throws AppError MODEL_UNAVAILABLE when none answers. */
  listModels(): Promise<readonly (ChatModel & { readonly isDefault: boolean })[]>;
  /** Puts a server behind the others for a while. */
  reportFailure(host: OllamaHost): void;
};

export type OllamaHostsDeps = {
  endpoints: readonly OllamaEndpoint[];
  transport: OllamaTransport;
  defaultModel: string;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
};

/** A server that failed is left alone for so long, as long as another one answers. */
const avoidedMs = 5_000;

export function createOllamaHosts(deps: OllamaHostsDeps): OllamaHosts {
  const hosts = deps.endpoints.map((endpoint): OllamaHost => {
    const client = createOllamaClient({ endpoint, transport: deps.transport });
    return { label: endpoint.label, client, models: createInstalledModels(client) };
  });
  const failedAtMs = new Map<OllamaHost, number>();

  function reportFailure(host: OllamaHost) {
    failedAtMs.set(host, deps.now());
    host.models.forget();
  }

  /** The healthy ones in the order of the configuration; all of them when none is. */
  function candidates(excluded: ReadonlySet<OllamaHost>): OllamaHost[] {
    const left = hosts.filter((host) => !excluded.has(host));
    const healthy = left.filter((host) => (failedAtMs.get(host) ?? -Infinity) <= deps.now() - avoidedMs);
    return healthy.length > 0 ? healthy : left;
  }

  return {
    reportFailure,
    async choose({ wanted, excluded }) {
      const failed = new Set(excluded);
      const attempt = { candidates: () => candidates(failed), onFailure };
      function onFailure(host: OllamaHost) {
        failed.add(host);
        reportFailure(host);
      }
      for (const name of namesToTry(wanted, deps.defaultModel)) {
        const target = await firstTarget(attempt, (models) => models.find(name));
        if (target !== undefined) return target;
      }
      const target = await firstTarget(attempt, (models) => models.findFirst());
      if (target !== undefined) return target;
      throw failed.size === hosts.length ? noHostAnswers() : noChatModel(deps.defaultModel);
    },
    async listModels() {
      const lists = await Promise.allSettled(hosts.map((host) => host.models.list()));
      const answered = lists.filter((list) => list.status === 'fulfilled').map(({ value }) => value);
      if (answered.length === 0) throw noHostAnswers(lists);
      return inOrder(answered.flat(), deps.defaultModel);
    },
  };
}

/**
 * Asks one server after the other. One that fails is passed over; when the last one has failed there may still be others that
 * were avoided before, which is why the candidates are asked for anew.
 */
async function firstTarget(
  attempt: { candidates: () => OllamaHost[]; onFailure: (host: OllamaHost) => void },
  look: (models: InstalledModels) => Promise<ChatModel | undefined>,
): Promise<ModelTarget | undefined> {
  const asked = new Set<OllamaHost>();
  for (;;) {
    const host = attempt.candidates().find((candidate) => !asked.has(candidate));
    if (host === undefined) return undefined;
    asked.add(host);
    try {
      const model = await look(host.models);
      if (model !== undefined) return { host, model };
    } catch (thrown) {
      if (!(thrown instanceof OllamaError)) throw thrown;
      attempt.onFailure(host);
    }
  }
}

function namesToTry(wanted: string, defaultModel: string): readonly string[] {
  return wanted === '' ? [defaultModel] : [wanted, defaultModel];
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
