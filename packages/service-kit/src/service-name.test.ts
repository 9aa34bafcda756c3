import { describe, expect, it } from 'vitest';
import { serviceIdentity, serviceNames, serviceOf } from './service-name.ts';

describe('the service of a certificate', () => {
  it.each(serviceNames)('is %s when its only URI says so', (name) => {
    expect(serviceOf(`URI:${serviceIdentity(name)}`)).toBe(name);
    expect(serviceOf(`DNS:localhost, URI:${serviceIdentity(name)}, IP Address:127.0.0.1`)).toBe(name);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['the name as a host', 'DNS:spiffe://chatbot/api-gateway'],
    ['another trust domain', 'URI:spiffe://elsewhere/api-gateway'],
    ['an unknown service', 'URI:spiffe://chatbot/admin'],
    ['a longer path', 'URI:spiffe://chatbot/api-gateway/x'],
    ['other letters', 'URI:spiffe://chatbot/API-GATEWAY'],
    ['two services at once', 'URI:spiffe://chatbot/api-gateway, URI:spiffe://chatbot/user-service'],
    ['a quoted list', 'URI:"spiffe://x, URI:spiffe://chatbot/api-gateway"'],
  ])('is none for %s', (_case, names) => {
    expect(serviceOf(names)).toBeUndefined();
  });
});
