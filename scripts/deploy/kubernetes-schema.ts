import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { rootDir } from '../root-dir.ts';
import type { Manifest } from './manifest.ts';

/** The definitions of the Kubernetes API, reduced to the kinds below; a field that they do not know is an error. */
const schemaFile = join(rootDir, 'infrastructure', 'kubernetes', 'schema', 'kubernetes-1.35.json');

const definitions: Readonly<Record<string, string>> = {
  'v1 Namespace': 'core.v1.Namespace',
  'v1 Service': 'core.v1.Service',
  'v1 ConfigMap': 'core.v1.ConfigMap',
  'v1 Secret': 'core.v1.Secret',
  'v1 ServiceAccount': 'core.v1.ServiceAccount',
  'apps/v1 Deployment': 'apps.v1.Deployment',
  'apps/v1 StatefulSet': 'apps.v1.StatefulSet',
  'batch/v1 Job': 'batch.v1.Job',
  'batch/v1 CronJob': 'batch.v1.CronJob',
  'policy/v1 PodDisruptionBudget': 'policy.v1.PodDisruptionBudget',
  'autoscaling/v2 HorizontalPodAutoscaler': 'autoscaling.v2.HorizontalPodAutoscaler',
  'networking.k8s.io/v1 NetworkPolicy': 'networking.v1.NetworkPolicy',
  'networking.k8s.io/v1 Ingress': 'networking.v1.Ingress',
};

/** Checks manifests; returns what is wrong with one, empty when nothing is. */
export function createManifestValidator(): (manifest: Manifest) => string[] {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  ajv.addSchema(JSON.parse(readFileSync(schemaFile, 'utf8')), 'kubernetes');
  return (manifest) => {
    const { apiVersion, kind, metadata } = manifest;
    const definition = definitions[`${apiVersion} ${kind}`];
    if (definition === undefined) return [`${apiVersion} ${kind} is not among the kinds that can be checked`];
    const validate: ValidateFunction | undefined = ajv.getSchema(`kubernetes#/$defs/io.k8s.api.${definition}`);
    if (validate === undefined) return [`the schema of ${definition} is missing`];
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${kind} ${metadata.name}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
