import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

/** The address that a request comes from. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Believes `X-Forwarded-For` as far as the proxies of TRUST_PROXY wrote it, in the way Express does for its requests: a hop count, or a list of subnets and
 * names such as `loopback`.
 */
export function createClientAddress(trustProxy: number | string): ClientAddress {
  const trust =
    typeof trustProxy === 'number'
      ? (_address: string, hop: number) => hop < trustProxy
      : proxyAddr.compile(trustProxy.split(',').map((part) => part.trim()));
  return (request) => proxyAddr(request, trust);
}
