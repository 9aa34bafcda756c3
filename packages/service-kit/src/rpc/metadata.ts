/** The metadata that goes with every rpc. */
export const metadataKeys = {
  authorization: 'authorization',
  requestId: 'x-request-id',
  traceparent: 'traceparent',
  /** In answers: the version of the service. */
  serviceVersion: 'x-service-version',
} as const;
