import { expect, it } from 'vitest';
import { requestHash, type TurnRequest } from './request-hash.ts';

const request: TurnRequest = {
  kind: 'post',
  targetId: 'a',
  parentId: 'b',
  content: 'c',
  persona: 'd',
  model: 'e',
  parameters: { temperature: 1, topP: 0.5, maxTokens: 10, seed: 3, stop: ['x', 'y'] },
};

it('is the same for the same request, whatever the order of its fields', () => {
  const { kind, targetId, parameters, ...rest } = request;
  const { stop, ...sampling } = parameters ?? {};
  expect(requestHash({ parameters: { ...(stop && { stop }), ...sampling }, ...rest, targetId, kind })).toBe(
    requestHash(request),
  );
});

it('differs when any one field does', () => {
  const others: TurnRequest[] = [
    { ...request, kind: 'edit' },
    { ...request, targetId: null },
    { ...request, parentId: undefined },
    { ...request, content: 'C' },
    { ...request, persona: undefined },
    { ...request, model: '' },
    { ...request, parameters: undefined },
    { ...request, parameters: { ...request.parameters, temperature: 1.5 } },
    { ...request, parameters: { ...request.parameters, seed: 4 } },
    { ...request, parameters: { ...request.parameters, stop: ['x,y'] } },
    { ...request, parentId: 'bc', content: '' },
  ];
  const hashes = [request, ...others].map(requestHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});
