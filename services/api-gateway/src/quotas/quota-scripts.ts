import type { Redis } from 'ioredis';

type Key = string;

/** The scripts below as methods of a connection. */
export type QuotaRedis = Redis & {
  quotaReserve(
    running: Key,
    tokens: Key,
    stored: Key,
    turn: string,
    nowMs: number,
    untilMs: number,
    runningMax: number,
    tokensMax: number,
  ): Promise<[running: number, tokens: string | null, reserved: number]>;
  quotaEnd(
    running: Key,
    tokens: Key,
    counted: Key,
    generationId: string,
    used: number,
    ttlSeconds: number,
  ): Promise<number>;
};

/**
 * Takes a place unless all are taken or the tokens of the day are used up. Whatever asks for a turn that has a place shares it, and what asks for one
 * that was stored a while ago takes none.
 */
const reserve = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local running = redis.call('ZCARD', KEYS[1])
local tokens = redis.call('GET', KEYS[2])
if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('EXISTS', KEYS[3]) == 1 then return {running, tokens, 1} end
if running >= tonumber(ARGV[4]) or tonumber(tokens or '0') >= tonumber(ARGV[5]) then return {running, tokens, 0} end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
return {running + 1, tokens, 1}
`;

/** Gives the place of a generation back and adds what it used, once, however often it is told. */
const end = `
redis.call('ZREM', KEYS[1], ARGV[1])
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', ARGV[3]) then return 0 end
redis.call('INCRBY', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
`;

export function defineQuotaScripts(redis: Redis): QuotaRedis {
  redis.defineCommand('quotaReserve', { numberOfKeys: 3, lua: reserve });
  redis.defineCommand('quotaEnd', { numberOfKeys: 3, lua: end });
  return redis as QuotaRedis;
}
