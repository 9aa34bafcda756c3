import type { Redis } from 'ioredis';

type Key = string;

/** The scripts below as methods of a connection. */
export type LogRedis = Redis & {
  genClaim(
    lease: Key,
    fence: Key,
    log: Key,
    stop: Key,
    holder: string,
    leaseTtlMs: number,
    runningTtlMs: number,
  ): Promise<ClaimAnswer | null>;
  genAppend(
    log: Key,
    fence: Key,
    expectedFence: number,
    firstSeq: number,
    ttlMs: number,
    entryCountMin: number,
    ...fields: string[]
  ): Promise<string>;
  genRenew(
    lease: Key,
    fence: Key,
    stop: Key,
    expectedFence: number,
    holder: string,
    leaseTtlMs: number,
  ): Promise<string | [ownership: string, stop: string | null]>;
  genRelease(lease: Key, fence: Key, expectedFence: number): Promise<number>;
};

type ClaimAnswer = [fence: string, lastId: string, lastField: string, stop: string | null];

/**
 * Fences grow with the clock (milliseconds) and never fall below the one before, so that they stay monotonic for chat-service
 * even when Redis was lost in between. A claim that comes again, because its answer was lost, gets the same fence.
 */
const claim = `
local holder = redis.call('GET', KEYS[1])
local fence = redis.call('GET', KEYS[2])
if holder and (holder ~= ARGV[1] or not fence) then return nil end
if not holder then
  local now = redis.call('TIME')
  local nowMs = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
  fence = string.format('%.0f', math.max(tonumber(fence or '0') + 1, nowMs))
  redis.call('SET', KEYS[2], fence, 'PX', ARGV[3])
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
local stop = redis.call('GET', KEYS[4]) or false
if #last == 0 then return {fence, '0-0', '', stop} end
return {fence, last[1][1], last[1][2][1], stop}
`;

/** `gone` and `lost` write nothing. An id that is already there is a repeat by the same owner. */
const checkFence = `
local fence = redis.call('GET', KEYS[2])
if not fence then return 'gone' end
if fence ~= ARGV[1] then return 'lost' end
`;

const append = `${checkFence}
if redis.call('XLEN', KEYS[1]) < tonumber(ARGV[4]) then return 'gone' end
for i = 5, #ARGV, 2 do
  local id = string.format('%.0f-0', tonumber(ARGV[2]) + (i - 5) / 2)
  local result = redis.pcall('XADD', KEYS[1], id, ARGV[i], ARGV[i + 1])
  if type(result) == 'table' and result.err and not string.find(result.err, 'equal or smaller') then return result end
end
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 'owned'
`;

const renew = `${checkFence}
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {'owned', redis.call('GET', KEYS[3]) or false}
`;

const release = `
if redis.call('GET', KEYS[2]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

export function registerScripts(redis: Redis): LogRedis {
  redis.defineCommand('genClaim', { numberOfKeys: 4, lua: claim });
  redis.defineCommand('genAppend', { numberOfKeys: 2, lua: append });
  redis.defineCommand('genRenew', { numberOfKeys: 3, lua: renew });
  redis.defineCommand('genRelease', { numberOfKeys: 2, lua: release });
  // defineCommand adds the four methods; ioredis cannot express that in its types.
  return redis as LogRedis;
}
