const unlimited = '10000000';

/** For systems that a few people use as much as they can: no limit of theirs is what is tried. */
export const unlimitedEnv = {
  ACCESS_TOKEN_SECONDS: '86400',
  RATE_LIMIT_REQUESTS_PER_MINUTE: unlimited,
  RATE_LIMIT_CONNECTIONS_PER_MINUTE: unlimited,
  RATE_LIMIT_SIGN_INS_PER_MINUTE: unlimited,
  RATE_LIMIT_MESSAGES_PER_MINUTE: unlimited,
  RATE_LIMIT_EVENTS_PER_MINUTE: unlimited,
};
