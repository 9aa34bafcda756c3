import { expect, it } from 'vitest';
import { markMath } from './math-marks.ts';

it.each([
  ['\\(x^2\\)', '$$x^2$$'],
  ['so $a+b$ is', 'so $$a+b$$ is'],
  ['$$x$$ in words', '$$x$$ in words'],
  ['\\[\nx = 1\n\\]', '$$\nx = 1\n$$'],
  ['- item\n  $$x$$', '- item\n  $$\n  x\n  $$'],
  ['it costs $5 and $10', 'it costs $5 and $10'],
  ['from $5-$7', 'from $5-$7'],
  ['US$3 or A$4', 'US$3 or A$4'],
  ['escaped \\$5$', 'escaped \\$5$'],
  ['`$a$` and $b$', '`$a$` and $$b$$'],
  ['```sh\necho $HOME $PATH\n\\[ x \\]\n```', '```sh\necho $HOME $PATH\n\\[ x \\]\n```'],
  ['```sh\necho $A$B', '```sh\necho $A$B'],
  ['$$\na\n$$', '$$\na\n$$'],
])('reads %j', (text, marked) => {
  expect(markMath(text)).toBe(marked);
});
