/** The metadata that goes with every rpc. */
export const metadataKeys = {
  authorization: 'authorization',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
} as const;
