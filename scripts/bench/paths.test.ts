import { expect, it } from 'vitest';
import { startBareChain } from './bare-chain/start-bare-chain.ts';
import { countTokens } from './count-tokens.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { directPath } from './direct.ts';
import { startModelServer } from './model-server.ts';

it('carries a reply through the bare chain whole, in order, behind its ack', async () => {
  await using modelServer = await startModelServer(['sim-tokens300']);
  await using bareChain = await startBareChain(modelServer.ready);
  using connection = await bareChain.connect();
  let text = '';
  const turn = await connection.runTurn({
    model: 'sim-tokens300',
    tokensMax: 300,
    onText: (piece) => {
      text += piece;
    },
  });
  expect(text).toBe(Array.from({ length: 300 }, (_, index) => index).join(' '));
  expect(countTokens(text)).toBe(299);
  expect(turn.sentAtMs).toBeLessThan(turn.ackAtMs ?? 0);
  expect(turn.firstTextAtMs).toBeLessThanOrEqual(turn.endedAtMs);
});

it('rejects a turn that the model server refuses', async () => {
  await using modelServer = await startModelServer(['sim-tokens1']);
  await using bareChain = await startBareChain(modelServer.ready);
  using connection = await bareChain.connect();
  using direct = await directPath(modelServer.ready).connect();
  const turn = { model: 'sim-missing', tokensMax: 1 };
  await expect(connection.runTurn(turn)).rejects.toThrow('it ended');
  await expect(direct.runTurn(turn)).rejects.toThrow('404');
});

it('counts what a server sends to its clients', async () => {
  await using modelServer = await startModelServer(['sim-tokens1']);
  await using proxy = await startCountingProxy(modelServer.ready);
  const body = await (await fetch(`${proxy.url}/api/version`)).text();
  expect(proxy.bytesFromServer).toBeGreaterThan(body.length);
});
