import { expect, it } from 'vitest';
import type { ProcessSpec } from '../start/process-spec.ts';
import { assignPorts, countPorts, describeStack, publicUrl, type StackPlan } from '../start/stack.ts';

const replicas = { 'api-gateway': 2, 'user-service': 1, 'chat-service': 1, 'ai-service': 3 };

function makePlan(overrides: Partial<StackPlan> = {}): StackPlan {
  const freePorts = Array.from({ length: countPorts(replicas) }, (_, index) => 20_000 + index);
  return {
    host: '127.0.0.1',
    dataDir: '/data',
    ports: assignPorts({ replicas, publicPort: 8080, freePorts }),
    ollama: { kind: 'simulator' },
    external: { databases: {} },
    processEnv: {},
    redisProgram: undefined,
    signingKeyFile: '/data/signing-key.pem',
    secondFactorKey: 'a key of second factors for the tests',
    webClient: { kind: 'task', name: 'web-client', needs: [], program: undefined },
    ...overrides,
  };
}

function describeProcesses(plan: StackPlan): ProcessSpec[] {
  return describeStack(plan).filter((step) => step.kind === 'process');
}

function envOf(plan: StackPlan, name: string) {
  return describeProcesses(plan).find((process) => process.name === name)?.env;
}

it('has a process for each replica, numbered from the second on', () => {
  const names = describeProcesses(makePlan()).map(({ name }) => name);
  expect(names).toEqual([
    'postgres-user-service',
    'postgres-chat-service',
    'redis',
    'ollama-sim',
    'user-service',
    'chat-service',
    'ai-service',
    'ai-service-2',
    'ai-service-3',
    'api-gateway',
    'api-gateway-2',
  ]);
});

it('gives every process ports of its own, and the first gateway the public one', () => {
  const plan = makePlan();
  const { services, databases, redis, simulator } = plan.ports;
  const replicaPorts = Object.values(services).flatMap((list) => list.flatMap(({ main, metrics }) => [main, metrics]));
  const ports = [...replicaPorts, ...Object.values(databases), redis, simulator];
  expect(new Set(ports).size).toBe(ports.length);
  expect(envOf(plan, 'api-gateway')).toMatchObject({ HTTP_PORT: '8080' });
  expect(envOf(plan, 'api-gateway-2')?.HTTP_PORT).not.toBe('8080');
});

it('tells every gateway the addresses of all replicas and the origins of all gateways', () => {
  const plan = makePlan();
  const [one, two, three] = plan.ports.services['ai-service'].map(({ main }) => `127.0.0.1:${main}`);
  const second = plan.ports.services['api-gateway'][1]?.main;
  expect(envOf(plan, 'api-gateway-2')).toMatchObject({
    AI_SERVICE_ADDR: `ipv4:${one},${two},${three}`,
    PUBLIC_ORIGINS: `http://localhost:8080,http://127.0.0.1:8080,http://localhost:${second},http://127.0.0.1:${second}`,
  });
});

it('adds the address that is listened on to the origins', () => {
  const plan = makePlan({ host: '192.168.1.5' });
  expect(publicUrl(plan, 0)).toBe('http://192.168.1.5:8080');
  expect(envOf(plan, 'api-gateway')?.PUBLIC_ORIGINS).toContain('http://192.168.1.5:8080,http://localhost:8080');
});

it('starts no simulator beside a real Ollama, and leaves its model to the service', () => {
  const plan = makePlan({ ollama: { kind: 'real', url: 'http://gpu:11434', answers: true } });
  expect(describeProcesses(plan).map(({ name }) => name)).not.toContain('ollama-sim');
  expect(envOf(plan, 'ai-service')).toMatchObject({ OLLAMA_HOSTS: 'http://gpu:11434' });
  expect(envOf(plan, 'ai-service')).not.toHaveProperty('DEFAULT_MODEL');
});

it('keeps the data of every part below the data folder', () => {
  const plan = makePlan({ redisProgram: '/usr/bin/redis-server' });
  const paths = describeProcesses(plan).flatMap(({ args, env }) => [...args, ...Object.values(env)]);
  expect(paths).toEqual(expect.arrayContaining(['/data/postgres-user-service', '/data/postgres-chat-service']));
  expect(paths).toEqual(expect.arrayContaining(['/data/redis', '/data/signing-key.pem']));
});

it('starts no server for what the environment names, and hands its URL to the services', () => {
  const external = { databases: { 'chat-service': 'postgres://elsewhere/chat' }, redis: 'redis://elsewhere' };
  const plan = makePlan({ external });
  const steps = describeStack(plan);
  expect(steps.map(({ name }) => name)).not.toContain('redis');
  expect(steps.map(({ name }) => name)).not.toContain('postgres-chat-service');
  expect(envOf(plan, 'chat-service')).toMatchObject({
    DATABASE_URL: 'postgres://elsewhere/chat',
    REDIS_URL: 'redis://elsewhere',
  });
  expect(envOf(plan, 'user-service')?.DATABASE_URL).toContain('127.0.0.1');
  const names = new Set(steps.map(({ name }) => name));
  expect(steps.flatMap(({ needs }) => needs).filter((name) => !names.has(name))).toEqual([]);
});

it('gives a process the variables that were set for it alone, before all others', () => {
  const plan = makePlan({ processEnv: { 'ai-service-2': { LOG_LEVEL: 'debug', OLLAMA_HOSTS: 'http://o:1' } } });
  expect(envOf(plan, 'ai-service-2')).toMatchObject({ LOG_LEVEL: 'debug', OLLAMA_HOSTS: 'http://o:1' });
  expect(envOf(plan, 'ai-service')?.OLLAMA_HOSTS).not.toBe('http://o:1');
});
