import { chatServiceDefinition } from '@chatbot/proto';
import { createServiceCertificates, findCallers } from '@chatbot/testkit';
import { expect, it } from 'vitest';
import { startTestChatService } from './harness.ts';

it('is called by the gateway alone', async () => {
  await using certificates = await createServiceCertificates();
  await using service = await startTestChatService(certificates.env('chat-service'));
  const { address } = service;
  const definition = chatServiceDefinition;
  const found = await findCallers({ certificates, service: 'chat-service', address, definition });
  expect(found).toEqual(Object.fromEntries(Object.keys(definition).map((rpc) => [rpc, ['api-gateway']])));
});
