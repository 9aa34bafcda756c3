import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { overlays } from '../deploy/overlays.ts';
import { renderOverlay } from '../deploy/render-overlay.ts';

const nameLabel = 'app.kubernetes.io/name';
const namespaceLabel = 'kubernetes.io/metadata.name';

const selectorSchema = z
  .strictObject({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z
      .array(z.strictObject({ key: z.literal(nameLabel), operator: z.literal('In'), values: z.array(z.string()) }))
      .optional(),
  })
  .transform(({ matchLabels, matchExpressions = [] }) => [
    ...(matchLabels?.[nameLabel] === undefined ? [] : [matchLabels[nameLabel]]),
    ...matchExpressions.flatMap(({ values }) => values),
  ]);
const peerSchema = z
  .strictObject({
    podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    namespaceSelector: z.strictObject({ matchLabels: z.strictObject({ [namespaceLabel]: z.string() }) }).optional(),
  })
  .transform(({ podSelector, namespaceSelector }) =>
    namespaceSelector === undefined
      ? (podSelector?.matchLabels[nameLabel] ?? 'anything')
      : `the namespace ${namespaceSelector.matchLabels[namespaceLabel]}`,
  );
const portsSchema = z.array(z.strictObject({ port: z.int(), protocol: z.enum(['TCP', 'UDP']) })).min(1);
const policySchema = z.looseObject({
  podSelector: selectorSchema,
  ingress: z.array(z.strictObject({ from: z.array(peerSchema).min(1), ports: portsSchema })).default([]),
  egress: z.array(z.strictObject({ to: z.array(peerSchema).default(['anywhere']), ports: portsSchema })).default([]),
});

/** What the policies open, as "who → whom:port", seen from who is called and from who calls. Everybody may ask for names. */
function openingsOf(dir: string) {
  const policies = renderOverlay(dir)
    .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name !== 'dns')
    .map(({ spec }) => policySchema.parse(spec));
  const incoming = policies.flatMap(({ podSelector, ingress }) =>
    ingress.flatMap(({ from, ports }) =>
      from.flatMap((caller) =>
        podSelector.flatMap((called) => ports.map(({ port }) => `${caller} → ${called}:${port}`)),
      ),
    ),
  );
  const outgoing = policies.flatMap(({ podSelector, egress }) =>
    egress.flatMap(({ to, ports }) =>
      podSelector.flatMap((caller) => to.flatMap((called) => ports.map(({ port }) => `${caller} → ${called}:${port}`))),
    ),
  );
  return { incoming, outgoing };
}

const calls = [
  'api-gateway → user-service:50051',
  'api-gateway → chat-service:50052',
  'api-gateway → ai-service:50053',
  'chat-service → user-service:50051',
  'ai-service → ollama:11434',
  'ollama-pull → ollama:11434',
];
/** Who uses which backing service, by its port. */
const uses = [
  'api-gateway → redis:6379',
  'user-service → postgres:5432',
  'user-service → redis:6379',
  'user-service-migrate → postgres:5432',
  'chat-service → postgres:5432',
  'chat-service → redis:6379',
  'chat-service-migrate → postgres:5432',
];

describe.each(overlays)('the policies of the overlay $name', ({ dir }) => {
  const { incoming, outgoing } = openingsOf(dir);

  it('let every service call those that it needs, and nobody else', () => {
    const elsewhere = uses.map((use) => use.replace(/→ \w+/, '→ anywhere'));
    // Models come from a registry.
    expect(outgoing.sort()).toEqual([...calls, ...elsewhere, 'ollama → anywhere:443'].sort());
  });

  it('let a service be called by those that need it alone', () => {
    const metrics = [9100, 9101, 9102, 9103];
    const services = ['api-gateway', 'user-service', 'chat-service', 'ai-service'];
    const scrapes = services.flatMap((name) => metrics.map((port) => `the namespace monitoring → ${name}:${port}`));
    const visits = ['web-client', 'api-gateway'].map((name) => `the namespace ingress-nginx → ${name}:8080`);
    const backing = incoming.filter((opening) => /→ (postgres|redis):/.test(opening));
    expect(incoming.filter((opening) => !backing.includes(opening)).sort()).toEqual(
      [...calls, ...scrapes, ...visits].sort(),
    );
    // Where the overlay brings them.
    if (backing.length > 0) expect(backing.sort()).toEqual([...uses].sort());
  });
});
