import { expect, it } from 'vitest';
import { preferredParameters } from './preferred-parameters.ts';

it.each([
  ['all of them, where the conversation says nothing', {}, { params: { temperature: 0, seed: 7 } }],
  ['none that the conversation has', { temperature: 1, stop: ['END'] }, { params: { seed: 7 } }],
  ['nothing, where it has them all', { temperature: 1, seed: 1 }, {}],
])('sends of the preferences %s', (_case, conversation, sent) => {
  expect(preferredParameters({ temperature: 0, seed: 7 }, conversation)).toEqual(sent);
});

it('sends nothing where nothing is preferred', () => {
  expect(preferredParameters({}, { seed: 1 })).toEqual({});
});
