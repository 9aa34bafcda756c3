import fc from 'fast-check';
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

  it('are, of whatever is typed, within the bounds or named as wrong', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.double().map(String), fc.integer().map(String));
    fc.assert(
      fc.property(text, text, text, text, (temperature, topP, maxTokens, seed) => {
        const { parameters, errors } = parseParameters({ ...empty, temperature, topP, maxTokens, seed });
        for (const name of Object.keys(errors)) expect(parameters).not.toHaveProperty(name);
        const { temperature: warmth = 0, topP: share = 1, maxTokens: length = 1, seed: start = 0 } = parameters;
        expect(warmth >= 0 && warmth <= 2 && share > 0 && share <= 1).toBe(true);
        expect(Number.isInteger(length) && length >= 1 && length <= 32_768 && Number.isInteger(start)).toBe(true);
      }),
    );
  });
});
