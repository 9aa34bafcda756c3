/** Makes UUIDv7s, each above the one before. */
export type NewId = () => string;

/** The time, in milliseconds since 1970. */
export type Clock = () => number;
