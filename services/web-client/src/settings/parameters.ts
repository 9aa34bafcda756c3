import type { Parameters } from '../api/schemas.ts';
import { texts } from '../texts.ts';

/** The names of the fields, in their order. */
export const PARAMETER_FIELDS = ['temperature', 'topP', 'maxTokens', 'seed', 'stop'] as const;
type ParameterField = (typeof PARAMETER_FIELDS)[number];
export type ParameterTexts = Record<ParameterField, string>;

const NUMBERS = ['temperature', 'topP', 'maxTokens', 'seed'] as const;
type NumberField = (typeof NUMBERS)[number];

/** What the server takes. The lowest value of top-p is above 0. */
export const BOUNDS: Readonly<Record<NumberField, { min: number; max: number; step: number | 'any' }>> = {
  temperature: { min: 0, max: 2, step: 'any' },
  topP: { min: 0, max: 1, step: 'any' },
  maxTokens: { min: 1, max: 32_768, step: 1 },
  seed: { min: -2_147_483_648, max: 2_147_483_647, step: 1 },
};
const STOP_COUNT_MAX = 8;
const STOP_LENGTH_MAX = 64;

/** What is in the fields: empty where the persona decides; what stops a reply, one a line. */
export function textsOf(parameters: Parameters): ParameterTexts {
  const number = (value: number | undefined) => (value === undefined ? '' : String(value));
  const { temperature, topP, maxTokens, seed, stop = [] } = parameters;
  return {
    temperature: number(temperature),
    topP: number(topP),
    maxTokens: number(maxTokens),
    seed: number(seed),
    stop: stop.join('\n'),
  };
}

/** The other way round, and what is wrong with a field. Empty fields are left out. */
export function parseParameters(fields: ParameterTexts): {
  parameters: Parameters;
  errors: Partial<Record<ParameterField, string>>;
} {
  const errors: Partial<Record<ParameterField, string>> = {};
  const parameters: Parameters = {};
  for (const name of NUMBERS) {
    const text = fields[name].trim();
    if (text === '') continue;
    const value = Number(text.replace(',', '.'));
    if (isWithin(name, value)) parameters[name] = value;
    else errors[name] = texts.parameters.between(name === 'topP' ? 0.01 : BOUNDS[name].min, BOUNDS[name].max);
  }
  const stop = fields.stop.split('\n').filter((line) => line.trim() !== '');
  if (stop.length > STOP_COUNT_MAX || stop.some((line) => line.length > STOP_LENGTH_MAX)) {
    errors.stop = texts.parameters.stopBounds(STOP_COUNT_MAX, STOP_LENGTH_MAX);
  } else if (stop.length > 0) parameters.stop = stop;
  return { parameters, errors };
}

function isWithin(name: NumberField, value: number): boolean {
  const { min, max, step } = BOUNDS[name];
  if (name === 'topP' && value === 0) return false;
  return value >= min && value <= max && (step === 'any' || Number.isInteger(value));
}
