import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createManifestValidator } from '../deploy/kubernetes-schema.ts';
import { type Manifest, manifestSchema } from '../deploy/manifest.ts';
import { overlays } from '../deploy/overlays.ts';
import { renderOverlay } from '../deploy/render-overlay.ts';
import { rootDir } from '../root-dir.ts';

const validate = createManifestValidator();

const securitySchema = z.object({
  runAsNonRoot: z.literal(true),
  runAsUser: z.int().positive(),
  seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
});
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.looseObject({ cpu: z.string(), memory: z.string() }),
  }),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }) }) }).optional(),
  livenessProbe: z.looseObject({ httpGet: z.object({ path: z.string() }).optional() }).optional(),
  readinessProbe: z.looseObject({ httpGet: z.object({ path: z.string() }).optional() }).optional(),
  startupProbe: z.looseObject({}).optional(),
});
const podSchema = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  serviceAccountName: z.string(),
  securityContext: securitySchema.loose(),
  containers: z.array(containerSchema).min(1),
  initContainers: z.never().optional(),
  hostNetwork: z.never().optional(),
  hostPID: z.never().optional(),
  hostIPC: z.never().optional(),
  terminationGracePeriodSeconds: z.int().optional(),
  volumes: z.array(z.looseObject({ name: z.string(), hostPath: z.never().optional() })).default([]),
});
const workloadSchema = z.looseObject({
  replicas: z.int().optional(),
  template: z.looseObject({
    metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
    spec: podSchema,
  }),
});

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'Job']);
const servingKinds = new Set(['Deployment', 'StatefulSet']);

function workloadsOf(manifests: readonly Manifest[], kinds: ReadonlySet<string> = workloadKinds) {
  return manifests
    .filter(({ kind }) => kinds.has(kind))
    .map(({ kind, metadata, spec }) => ({ kind, name: metadata.name, spec: workloadSchema.parse(spec) }));
}

function configOf(manifests: readonly Manifest[], name: string): Record<string, string> {
  const found = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  return z.record(z.string(), z.string()).parse(found?.data);
}

const ingressNginx = 'nginx.ingress.kubernetes.io/';

function annotationsOf(metadata: Manifest['metadata']): Record<string, string> {
  const { annotations } = z.looseObject({ annotations: z.record(z.string(), z.string()) }).parse(metadata);
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [name.replace(ingressNginx, ''), value]),
  );
}

function hostsOf({ spec }: Manifest): string[] {
  return z
    .looseObject({ rules: z.array(z.looseObject({ host: z.string() })) })
    .parse(spec)
    .rules.map(({ host }) => host);
}

describe.each(overlays)('the overlay $name', ({ dir }) => {
  const manifests = renderOverlay(dir);

  it('has only fields and values that Kubernetes knows', () => {
    expect(manifests.flatMap(validate)).toEqual([]);
  });

  it('runs nothing as root, with more rights than none, on a root that can be written, without limits, or with a token', () => {
    // The schema above is the rule; a workload that breaks it does not parse.
    expect(workloadsOf(manifests).length).toBeGreaterThan(5);
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount');
    expect(accounts.filter((account) => account.automountServiceAccountToken !== false)).toEqual([]);
    const names = new Set(accounts.map(({ metadata }) => metadata.name));
    const missing = workloadsOf(manifests).filter(({ spec }) => !names.has(spec.template.spec.serviceAccountName));
    expect(missing).toEqual([]);
  });

  it('enforces the restricted pod security standard', () => {
    const namespace = manifests.find(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('pins every image to a version', () => {
    const images = workloadsOf(manifests).flatMap(({ spec }) =>
      spec.template.spec.containers.map(({ image }) => image),
    );
    expect(images.filter((image) => !/:(dev|v?\d+\.\d+\.\d+[\w.-]*)$|@sha256:/.test(image))).toEqual([]);
  });

  it('has a startup, a liveness and a readiness probe at everything that serves; being alive depends on nobody else', () => {
    const containers = workloadsOf(manifests, servingKinds).flatMap(({ spec }) => spec.template.spec.containers);
    const without = containers.filter(
      ({ startupProbe, livenessProbe, readinessProbe }) =>
        startupProbe === undefined || livenessProbe === undefined || readinessProbe === undefined,
    );
    expect(without.map(({ name }) => name)).toEqual([]);
    const dependent = containers.filter(({ livenessProbe }) => livenessProbe?.httpGet?.path === '/readyz');
    expect(dependent.map(({ name }) => name)).toEqual([]);
  });

  it('gives every pod more time to go than its pause and its drain take', () => {
    const drainSeconds = Number(configOf(manifests, 'services').SHUTDOWN_GRACE_MS) / 1_000;
    for (const { name, spec } of workloadsOf(manifests, servingKinds)) {
      const { terminationGracePeriodSeconds = 0, containers } = spec.template.spec;
      const pauseSeconds = containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pauseSeconds, name).toBeGreaterThan(0);
      expect(terminationGracePeriodSeconds, name).toBeGreaterThan(pauseSeconds + drainSeconds);
    }
  });

  it('lets callers of gRPC see every replica, so that they can spread their calls', () => {
    const serviceSchema = z.looseObject({
      clusterIP: z.string().optional(),
      ports: z.array(z.looseObject({ name: z.string() })),
    });
    const services = manifests
      .filter(({ kind }) => kind === 'Service')
      .map(({ metadata, spec }) => ({ name: metadata.name, ...serviceSchema.parse(spec) }));
    const ofGrpc = services.filter(({ ports }) => ports.some(({ name }) => name === 'grpc'));
    expect(ofGrpc.map(({ name }) => name).sort()).toEqual(['ai-service', 'chat-service', 'user-service']);
    expect(ofGrpc.filter(({ clusterIP }) => clusterIP !== 'None')).toEqual([]);
  });

  it('keeps a quiet socket open, collects no tokens, and lets a file to import through as Docker Compose does', () => {
    const ingresses = manifests.filter(({ kind }) => kind === 'Ingress');
    const annotations = new Map(ingresses.map(({ metadata }) => [metadata.name, annotationsOf(metadata)]));
    for (const found of annotations.values()) {
      expect(Number(found['proxy-read-timeout'])).toBeGreaterThanOrEqual(3_600);
      expect(found['proxy-buffering']).toBe('off');
    }
    expect(new Set(ingresses.flatMap(hostsOf)).size).toBe(1);
    const gateway = readFileSync(join(rootDir, 'infrastructure', 'nginx', 'gateway.conf'), 'utf8');
    const sizes = [...gateway.matchAll(/client_max_body_size (\w+);/g)].map(([, size]) => size);
    expect([...annotations.values()].map((found) => found['proxy-body-size'])).toEqual(sizes);
    expect(annotations.get('chatbot-import')?.['proxy-request-buffering']).toBe('off');
  });

  it('denies all traffic that no policy allows, and has a policy for everything that runs', () => {
    const policySchema = z.looseObject({
      podSelector: z.object({
        matchLabels: z.record(z.string(), z.string()).optional(),
        matchExpressions: z.array(z.object({ values: z.array(z.string()) })).optional(),
      }),
      policyTypes: z.array(z.string()),
      ingress: z.unknown().optional(),
      egress: z.unknown().optional(),
    });
    const policies = manifests
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .map(({ metadata, spec }) => ({ name: metadata.name, ...policySchema.parse(spec) }));
    expect(policies.find(({ name }) => name === 'default-deny')).toEqual({
      name: 'default-deny',
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const selected = new Set(
      policies.flatMap(({ podSelector: { matchLabels = {}, matchExpressions = [] } }) => [
        ...Object.values(matchLabels),
        ...matchExpressions.flatMap(({ values }) => values),
      ]),
    );
    const names = workloadsOf(manifests).map(
      ({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name'] ?? '',
    );
    expect(names.filter((name) => !selected.has(name))).toEqual([]);
  });

  it('names only config maps that exist, and no secret in plain', () => {
    const referenced = [...JSON.stringify(manifests).matchAll(/"configMap(?:Ref|KeyRef)":\{[^}]*"name":"([^"]+)"/g)];
    for (const [, name = ''] of referenced) expect(() => configOf(manifests, name)).not.toThrow();
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

describe('the production overlay', () => {
  const manifests = renderOverlay(overlays.find(({ name }) => name === 'production')?.dir ?? '');
  const replicas = new Map(workloadsOf(manifests, servingKinds).map(({ name, spec }) => [name, spec.replicas ?? 1]));

  it('runs at least two of everything, of which a disruption may take one', () => {
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name).sort()).toEqual([...replicas.keys()].sort());
    for (const { metadata, spec } of budgets) {
      const { maxUnavailable } = z.looseObject({ maxUnavailable: z.int().positive() }).parse(spec);
      expect(maxUnavailable, metadata.name).toBeLessThan(replicas.get(metadata.name) ?? 0);
    }
  });

  it('spreads the replicas of everything over machines and zones', () => {
    const spreadSchema = z.array(z.looseObject({ topologyKey: z.string() })).default([]);
    for (const { name, spec } of workloadsOf(manifests, servingKinds)) {
      const spread = spreadSchema.parse(spec.template.spec.topologySpreadConstraints);
      const keys = spread.map(({ topologyKey }) => topologyKey).sort();
      expect(keys, name).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
    }
  });

  it('never scales below the number of replicas it starts with, nor below two', () => {
    const scalers = manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(scalers.length).toBeGreaterThan(0);
    for (const { metadata, spec } of scalers) {
      const { minReplicas } = z.looseObject({ minReplicas: z.int() }).parse(spec);
      expect(minReplicas, metadata.name).toBe(replicas.get(metadata.name));
      expect(minReplicas, metadata.name).toBeGreaterThanOrEqual(2);
    }
  });
});

it('every metric of a pod that an autoscaler reads is one for which the README has a rule of the adapter', () => {
  const manifests = renderOverlay(overlays.find(({ name }) => name === 'production')?.dir ?? '');
  const metricSchema = z.looseObject({ pods: z.looseObject({ metric: z.object({ name: z.string() }) }).optional() });
  const read = manifests
    .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
    .flatMap(({ spec }) => z.looseObject({ metrics: z.array(metricSchema) }).parse(spec).metrics)
    .flatMap(({ pods }) => pods?.metric.name ?? []);
  const readme = readFileSync(join(rootDir, 'infrastructure', 'kubernetes', 'README.md'), 'utf8');
  const [, offered = ''] = /__name__=~"([\w|]+)"/.exec(readme) ?? [];
  expect(read.sort()).toEqual(offered.split('|').sort());
});

it('the schema check refuses a field that does not exist, a wrong type and a missing field', () => {
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: { ports: [{ port: 1 }] },
  };
  expect(validate(service)).toEqual([]);
  expect(validate({ ...service, spec: { portz: [] } })).toEqual([expect.stringContaining('portz')]);
  expect(validate({ ...service, spec: { ports: [{ port: 'http' }] } })).not.toEqual([]);
  expect(validate({ ...service, spec: { ports: [{}] } })).toEqual([expect.stringContaining('port')]);
});

it('the databases of the local overlay are made by the script that Docker Compose uses', () => {
  const manifests = renderOverlay(overlays.find(({ name }) => name === 'local')?.dir ?? '');
  const script = readFileSync(join(rootDir, 'infrastructure', 'postgres', 'create-databases.sh'), 'utf8');
  expect(configOf(manifests, 'create-databases')['create-databases.sh']).toBe(script);
});

it('the example that opens the way to a collector of traces is a policy that Kubernetes knows', () => {
  const example = join(rootDir, 'infrastructure', 'kubernetes', 'examples', 'collector.yaml');
  expect(validate(manifestSchema.parse(parse(readFileSync(example, 'utf8'))))).toEqual([]);
});
