import { randomBytes, randomUUID } from 'node:crypto';

/** What follows one request through every service. */
export type RequestContext = {
  /** X-Request-Id: made by the client or at the edge. */
  readonly requestId: string;
  /** W3C Trace Context header, version 00 (https://www.w3.org/TR/trace-context/). */
  readonly traceparent: string;
};

const requestIdPattern = /^[\w.:-]{1,128}$/;
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a request says of itself, before anybody has looked at it. */
export type RequestHeaders = { readonly requestId?: string | undefined; readonly traceparent?: string | undefined };

/** The context of an incoming request: what the headers give when they are well formed, else new ids. */
export function createRequestContext(headers: RequestHeaders = {}): RequestContext {
  const { requestId, traceparent } = headers;
  return {
    requestId: requestId !== undefined && requestIdPattern.test(requestId) ? requestId : randomUUID(),
    traceparent: traceparent !== undefined && traceparentPattern.test(traceparent) ? traceparent : newTraceparent(),
  };
}

/** The trace id of a context, 32 hexadecimal digits. */
export function traceIdOf(context: RequestContext): string {
  return context.traceparent.slice(3, 35);
}

function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}
