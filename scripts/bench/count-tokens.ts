/** How many tokens after the first one begin in a piece of a numbered reply, "0 1 2 …": each brings its space along. */
export function countTokens(text: string): number {
  let count = 0;
  for (let index = text.indexOf(' '); index !== -1; index = text.indexOf(' ', index + 1)) count += 1;
  return count;
}
