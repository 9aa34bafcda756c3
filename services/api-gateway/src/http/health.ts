import { toAppError } from '@chatbot/errors';
import { checkHealth, createRequestContext, type HealthCheck, type HealthReport } from '@chatbot/service-kit';
import type { Redis } from 'ioredis';
import { type Clients, timeouts } from '../clients/clients.ts';

type PartReport = { name: string; ok: boolean; latencyMs: number; version?: string; error?: string };

export type SystemReport = {
  /** `degraded`: people can sign in and read, but no model answers. */
  status: 'ok' | 'degraded' | 'down';
  version: string;
  services: PartReport[];
  /** Which model answers when none is asked for. */
  model: { ok: boolean; name?: string; isDemo?: boolean; error?: string };
};

export type Health = {
  /** Whether this replica can serve: itself and Redis. */
  readiness(): Promise<HealthReport>;
  /** All parts of the system, as this replica reaches them. */
  system(): Promise<SystemReport>;
};

export function createHealth({ clients, redis, version }: { clients: Clients; redis: Redis; version: string }): Health {
  const redisCheck: HealthCheck = {
    name: 'redis',
    async check() {
      await redis.ping();
    },
  };
  return {
    readiness: () => checkHealth([redisCheck]),
    async system() {
      const [redisReport, user, chat, ai, model] = await Promise.all([
        checkHealth([redisCheck]),
        checkService('user-service', clients.user),
        checkService('chat-service', clients.chat),
        checkService('ai-service', clients.ai),
        checkModel(clients),
      ]);
      const services = [
        { name: 'api-gateway', ok: true, latencyMs: 0, version },
        user,
        chat,
        ai,
        ...redisReport.checks,
      ];
      const up = services.every(({ ok }) => ok);
      return { status: up ? (model.ok ? 'ok' : 'degraded') : 'down', version, services, model };
    },
  };
}

async function checkService(name: string, client: Clients[keyof Clients]): Promise<PartReport> {
  const startedAtMs = performance.now();
  const latencyMs = () => Math.round((performance.now() - startedAtMs) * 10) / 10;
  try {
    const { version } = await client.checkServing({ context: createRequestContext(), timeoutMs: timeouts.healthMs });
    return { name, ok: true, latencyMs: latencyMs(), ...(version === undefined ? {} : { version }) };
  } catch (error) {
    return { name, ok: false, latencyMs: latencyMs(), error: toAppError(error).detail };
  }
}

async function checkModel({ ai }: Clients): Promise<SystemReport['model']> {
  try {
    const { models } = await ai.unary(
      'ListModels',
      {},
      { context: createRequestContext(), timeoutMs: timeouts.healthMs },
    );
    const used = models.find(({ isDefault }) => isDefault) ?? models[0];
    if (used === undefined) return { ok: false, error: 'No chat model is installed' };
    return { ok: true, name: used.name, isDemo: used.isDemo };
  } catch (error) {
    return { ok: false, error: toAppError(error).detail };
  }
}
