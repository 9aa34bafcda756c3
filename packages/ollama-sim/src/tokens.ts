// A word with the space before it, white space, or punctuation: about the pieces that a language model's tokenizer makes.
// Every code point falls into one of the three, so that the pieces joined are the text, and the u flag keeps code points whole.
const PIECES = / ?[\p{L}\p{M}\p{N}]{1,8}|\s+|[^\p{L}\p{M}\p{N}\s]{1,3}/gu;

/** Cuts a text into tokens the size of a language model's, never inside a code point. */
export function splitIntoTokens(text: string): string[] {
  return text.match(PIECES) ?? [];
}

/** Cuts a text into tokens of `size` code points. */
export function splitIntoCodePoints(text: string, size: number): string[] {
  const codePoints = Array.from(text);
  const tokens: string[] = [];
  for (let start = 0; start < codePoints.length; start += size) {
    tokens.push(codePoints.slice(start, start + size).join(''));
  }
  return tokens;
}

/** Returns the tokens "0", " 1", " 2", … made as they are asked for, so that a flood needs no memory. */
export function numberedTokens(count: number): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      if (count > 0) {
        yield '0';
      }
      for (let index = 1; index < count; index += 1) {
        yield ` ${index}`;
      }
    },
  };
}

/** Estimates the tokens of a prompt, at four characters each and a few more for the template around each message. */
export function estimatePromptTokens(contents: readonly string[]): number {
  const templateTokensPerMessage = 4;
  return contents.reduce((sum, content) => sum + templateTokensPerMessage + Math.ceil(content.length / 4), 0);
}
