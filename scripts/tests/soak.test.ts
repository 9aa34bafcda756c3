import { seedsOf } from '@chatbot/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KillTrials, startKillTrials } from '../soak/killed-gateway.ts';
import { parseSoakOptions, SoakOptionError } from '../soak/options.ts';
import { restartGateways } from '../soak/rolling-restart.ts';
import { soak } from '../soak/soak.ts';

describe.each([
  ['while it breaks', 'all'],
  ['while every twentieth thing that is sent fails, also once it took effect', 'calls'],
] as const)('people who use the system %s', (_name, faults) => {
  it.each(seedsOf([1]))(
    'are kept every promise (TEST_SEED=%i)',
    async (seed) => {
      const done: string[] = [];
      const note = (text: string) => void done.push(text);
      const { violations, logs } = await soak({ seed, durationMs: 4_000, peopleCount: 3, faults, note });
      expect(violations, `${done.join('\n')}\n${logs.slice(-20_000)}`).toEqual([]);
    },
    180_000,
  );
});

describe('clients that write while one gateway after the other is restarted', () => {
  it.each(seedsOf([1]))(
    'lose no message and no frame, and no gateway ends uncleanly (TEST_SEED=%i)',
    async (seed) => {
      const { violations, logs } = await restartGateways({ seed, clientCount: 40, note: () => {} });
      expect(violations, logs.slice(-20_000)).toEqual([]);
    },
    180_000,
  );
});

describe('a gateway that is killed while it writes a reply', () => {
  let trials: KillTrials;
  beforeAll(async () => {
    trials = await startKillTrials();
  }, 120_000);
  afterAll(() => trials?.[Symbol.asyncDispose]());

  it.each(seedsOf([1, 2, 3]))(
    'costs its readers no frame and doubles none; another one goes on with the reply (TEST_SEED=%i)',
    async (seed) => {
      const { violations, logs } = await trials.run(seed);
      expect(violations, logs.slice(-20_000)).toEqual([]);
    },
    180_000,
  );
});

describe('the options of a soak', () => {
  it('are read, and a seed that is not given is chosen', () => {
    expect(parseSoakOptions([], () => 7)).toMatchObject({ scenario: 'people', seeds: [7], minutes: 1, people: 4 });
    expect(parseSoakOptions('--seed 5 --seeds 3 --minutes 0.5 --people 2'.split(' '), () => 7)).toMatchObject({
      seeds: [5, 6, 7],
      minutes: 0.5,
      people: 2,
    });
    expect(parseSoakOptions(['--scenario', 'killed-gateway'], () => 7)).toMatchObject({ scenario: 'killed-gateway' });
    expect(parseSoakOptions(['--scenario', 'rolling-restart'], () => 7)).toMatchObject({ people: 200 });
  });

  it.each(['--seeds 0', '--seed x', '--minutes -1', '--people 1.5', '--scenario x', '--fast'])('refuse %s', (line) => {
    expect(() => parseSoakOptions(line.split(' '), () => 7)).toThrow(SoakOptionError);
  });
});
