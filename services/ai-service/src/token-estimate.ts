/**
 * Guesses how many tokens a text is, without the model's tokenizer, which Ollama does not offer. Meant to be too high rather than
 * too low, because a context that is too long is cut by the model server without a word:
 *
 * - ASCII letters and spaces: 3.5 to a token (English prose has about 4.5);
 * - other ASCII, which is digits, punctuation and line ends, dense in code: 1.5 to a token;
 * - letters of two UTF-8 bytes (accented Latin, Greek, Cyrillic, Arabic, Hebrew): 1.5 to a token;
 * - the rest of the basic plane (Chinese, Japanese, Korean, Indic scripts): 1.5 tokens each;
 * - beyond it (emoji, rare characters): 3 tokens each.
 *
 * A byte-level tokenizer never makes more tokens than there are UTF-8 bytes; all but the rarest text stays well below these.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let index = 0; index < text.length; index += 1) tokens += tokensOfUnit(text.charCodeAt(index));
  return Math.ceil(tokens);
}

/** What a chat template puts around each message. */
export const messageOverheadTokens = 6;

/** No text has more characters to a token than this. */
export const charactersPerTokenMax = 3.5;

const letter = 1 / charactersPerTokenMax;
const dense = 1 / 1.5;
const ideograph = 1.5;

/** A surrogate is half of a character beyond the basic plane. */
function tokensOfUnit(unit: number): number {
  if (unit < 0x80) return isLetterOrSpace(unit) ? letter : dense;
  return unit < 0x800 ? dense : ideograph;
}

function isLetterOrSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}
