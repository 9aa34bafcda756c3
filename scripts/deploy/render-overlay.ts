import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { applyJsonPatch } from './json-patch.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

// The part of Kustomize that the overlays use. What is not listed is refused, so that nothing is left out in silence; `npm run
// check:deploy` compares the result with that of kubectl.
const kustomizationSchema = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string().optional(),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string().optional(), newTag: z.string() })).default([]),
  replicas: z.array(z.strictObject({ name: z.string(), count: z.int() })).default([]),
  patches: z
    .array(z.strictObject({ path: z.string(), target: z.strictObject({ kind: z.string(), name: z.string() }) }))
    .default([]),
});

type Kustomization = z.infer<typeof kustomizationSchema>;

const patchSchema = z.array(
  z.strictObject({ op: z.string(), path: z.string().startsWith('/'), value: z.unknown().optional() }),
);

const clusterWide = new Set(['Namespace']);

/** The objects of a folder with a kustomization.yaml, as `kubectl kustomize` renders them. Throws where it would. */
export function renderOverlay(dir: string): Manifest[] {
  const file = join(dir, 'kustomization.yaml');
  const kustomization = kustomizationSchema.parse(parse(readFileSync(file, 'utf8')));
  const manifests = kustomization.resources.flatMap((resource) => readResource(join(dir, resource)));
  for (const { path, target } of kustomization.patches) {
    const targets = manifests.filter(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
    if (targets.length === 0) throw new Error(`${path}: there is no ${target.kind} ${target.name}`);
    const operations = patchSchema.parse(parse(readFileSync(join(dir, path), 'utf8')));
    for (const manifest of targets) applyJsonPatch(manifest, operations);
  }
  for (const manifest of manifests) transform(manifest, kustomization);
  return manifests;
}

function readResource(path: string): Manifest[] {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  if (statSync(path).isDirectory()) return renderOverlay(path);
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`);
    return manifestSchema.parse(document.toJS());
  });
}

function transform(manifest: Manifest, { namespace, images, replicas }: Kustomization): void {
  if (namespace !== undefined && !clusterWide.has(manifest.kind)) manifest.metadata.namespace = namespace;
  const { count } = replicas.find(({ name }) => isScalable(manifest) && name === manifest.metadata.name) ?? {};
  if (count !== undefined && isRecord(manifest.spec)) manifest.spec.replicas = count;
  renameImages(manifest, images);
}

function isScalable({ kind }: Manifest): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet';
}

function renameImages(node: unknown, images: Kustomization['images']): void {
  if (!isRecord(node) && !Array.isArray(node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'image' && typeof value === 'string') Reflect.set(node, key, renamed(value, images));
    else renameImages(value, images);
  }
}

function renamed(image: string, images: Kustomization['images']): string {
  const rule = images.find(({ name }) => image.startsWith(`${name}:`));
  return rule === undefined ? image : `${rule.newName ?? rule.name}:${rule.newTag}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
