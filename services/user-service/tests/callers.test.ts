import { userServiceDefinition } from '@chatbot/proto';
import { createRegistry, createRpcMetrics, openSigningKeys } from '@chatbot/service-kit';
import { createServiceCertificates, findCallers, type ServiceCertificates } from '@chatbot/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestUserService, type TestUserService } from './harness.ts';

let certificates: ServiceCertificates;
let service: TestUserService;
beforeAll(async () => {
  certificates = await createServiceCertificates();
  service = await startTestUserService(certificates.env('user-service'));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
});

it('is called by the gateway alone, except for the keys that tokens are checked with', async () => {
  const found = await findCallers({
    certificates,
    service: 'user-service',
    address: service.rpcAddress,
    definition: userServiceDefinition,
  });
  const byTheGateway = Object.fromEntries(Object.keys(userServiceDefinition).map((rpc) => [rpc, ['api-gateway']]));
  expect(found).toEqual({ ...byTheGateway, ListSigningKeys: ['api-gateway', 'chat-service'] });
});

it.each(['api-gateway', 'chat-service'] as const)('%s gets the keys that tokens are checked with', async (name) => {
  using tls = await certificates.open(name);
  const metrics = createRpcMetrics(createRegistry('test'));
  using keys = openSigningKeys({ url: `grpc://${service.rpcAddress}`, tls, metrics });
  expect((await keys.load()).keys).toHaveLength(1);
});
