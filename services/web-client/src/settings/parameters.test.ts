import { describe, expect, it } from 'vitest';
import { type ParameterTexts, parseParameters, textsOf } from './parameters.ts';

const empty: ParameterTexts = { temperature: '', topP: '', maxTokens: '', seed: '', stop: '' };

describe('sampling parameters', () => {
  it('find their way through the fields, and what is empty stays out', () => {
    const parameters = { temperature: 0.5, topP: 1, maxTokens: 100, seed: -3, stop: ['END', 'a b'] };
    expect(parseParameters(textsOf(parameters))).toEqual({ parameters, errors: {} });
    expect(parseParameters(textsOf({}))).toEqual({ parameters: {}, errors: {} });
  });

  it('are numbers with a comma, too', () => {
    expect(parseParameters({ ...empty, temperature: '0,7' }).parameters).toEqual({ temperature: 0.7 });
  });

  it.each([
    ['temperature', '2.1'],
    ['temperature', 'warm'],
    ['topP', '0'],
    ['topP', '1.5'],
    ['maxTokens', '0'],
    ['maxTokens', '1.5'],
    ['maxTokens', '32769'],
    ['seed', '2147483648'],
    ['stop', 'x'.repeat(65)],
    ['stop', '1\n2\n3\n4\n5\n6\n7\n8\n9'],
  ] as const)('are refused where the server would: %s %s', (field, text) => {
    const { parameters, errors } = parseParameters({ ...empty, [field]: text });
    expect([parameters, Object.keys(errors)]).toEqual([{}, [field]]);
  });
});
