/**
 * Guesses how many tokens a text is, without the model's tokenizer, which Ollama does not offer. Meant to be too high rather than
 * too low, because a context that is too long is cut by the model server without a word. The weights are above what Llama 3's and
 * GPT-4's tokenizers (the families that most models use) make of prose and code in each script; the tests hold the counts. Only
 * encoded data such as base64 may have up to twice the estimate; the room that is kept for the reply makes up for that.
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

/** Tokens for each UTF-16 unit. */
const weights = {
  asciiLetterOrSpace: 1 / charactersPerTokenMax,
  /** Digits, punctuation, line ends: dense in code. */
  asciiOther: 1,
  accentedLatin: 1,
  cyrillic: 0.75,
  /** Greek, Hebrew, Arabic and the other scripts of two UTF-8 bytes. */
  twoBytes: 1.25,
  /** Chinese, Japanese, Korean, Indic scripts. */
  threeBytes: 1.5,
  /** Half of a pair: four bytes, which no byte-level tokenizer makes more than four tokens of. */
  surrogate: 2,
};

function tokensOfUnit(unit: number): number {
  if (unit < 0x80) return isLetterOrSpace(unit) ? weights.asciiLetterOrSpace : weights.asciiOther;
  if (unit < 0x370) return weights.accentedLatin;
  if (unit < 0x800) return unit >= 0x400 && unit < 0x530 ? weights.cyrillic : weights.twoBytes;
  return unit >= 0xd800 && unit <= 0xdfff ? weights.surrogate : weights.threeBytes;
}

function isLetterOrSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}
