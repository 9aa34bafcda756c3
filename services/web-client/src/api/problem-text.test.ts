import { afterEach, expect, it } from 'vitest';
import { language, texts } from '../texts.ts';
import { problemText } from './problem-text.ts';
import { ProblemSchema } from './schemas.ts';

afterEach(() => language.set('en'));

const limited = ProblemSchema.parse({ title: 'Too fast', reason: 'RATE_LIMITED', detail: 'Wait for 8 seconds' });

it('tells the server’s detail, which is in English, to nobody who reads another language', () => {
  expect(problemText(limited)).toBe('Wait for 8 seconds');
  language.set('de');
  expect(problemText(limited)).toBe(texts.problems.RATE_LIMITED);
});

it('tells a reason of a later server in its own words', () => {
  expect(problemText({ ...limited, reason: 'OF_TOMORROW' })).toBe('Wait for 8 seconds');
  expect(problemText({ ...limited, reason: 'OF_TOMORROW', detail: undefined })).toBe('Too fast');
});
