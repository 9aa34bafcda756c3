/** google.protobuf.Timestamp as proto-loader gives and takes it. */
export type Timestamp = { seconds: number; nanos: number };

export function toTimestamp(date: Date): Timestamp {
  const seconds = Math.floor(date.getTime() / 1000);
  return { seconds, nanos: (date.getTime() - seconds * 1000) * 1e6 };
}

/** Milliseconds are kept, finer parts are cut off. */
export function fromTimestamp({ seconds, nanos }: Timestamp): Date {
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6));
}
