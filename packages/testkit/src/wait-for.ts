import { setTimeout as delay } from 'node:timers/promises';

export type WaitForOptions = {
  /** What is waited for, for the message of the failure: "the reply is stored". */
  description: string;
  /** Default 20,000: what comes at all comes at once, but on a machine that does other things too. */
  timeoutMs?: number;
};

const pollIntervalMs = 10;

/**
 * Waits until `condition` returns something truthy and returns that. A condition that throws counts as not met yet; what it threw
 * last is the cause of the failure. Throws when the time is over. Tests have no other timer.
 */
export async function waitFor<Result>(
  condition: () => Result | Promise<Result>,
  { description, timeoutMs = 20_000 }: WaitForOptions,
): Promise<Exclude<Result, false | null | undefined | 0 | ''>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(condition);
    if (isMet(outcome.result)) return outcome.result;
    if (performance.now() >= deadlineMs) {
      throw new Error(`not within ${timeoutMs} ms: ${description}`, { cause: outcome.thrown });
    }
    await delay(pollIntervalMs);
  }
}

async function attempt<Result>(condition: () => Result | Promise<Result>) {
  try {
    return { result: await condition() };
  } catch (thrown) {
    return { result: undefined, thrown };
  }
}

function isMet<Result>(result: Result | undefined): result is Exclude<Result, false | null | undefined | 0 | ''> {
  return Boolean(result);
}
