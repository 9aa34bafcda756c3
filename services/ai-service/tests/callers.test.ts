import { aiServiceDefinition } from '@chatbot/proto';
import { createServiceCertificates, findCallers } from '@chatbot/testkit';
import { expect, it } from 'vitest';
import { startWithSim } from './harness.ts';

it('is called by the gateway alone', async () => {
  await using certificates = await createServiceCertificates();
  await using service = await startWithSim({}, certificates.env('ai-service'));
  const { address } = service;
  const definition = aiServiceDefinition;
  const found = await findCallers({ certificates, service: 'ai-service', address, definition });
  expect(found).toEqual(Object.fromEntries(Object.keys(definition).map((rpc) => [rpc, ['api-gateway']])));
});
