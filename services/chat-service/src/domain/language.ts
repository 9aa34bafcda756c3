/** A language that Postgres has a stemmer for and that detectLanguage knows; `simple` has none. */
export type Language = keyof typeof commonWords | 'russian' | 'simple';

/**
 * The commonest words of each language, as far as they tell it from the others. Between 20 and 30 of them make up about a third of any
 * running text, so a sentence or two is enough. What is a word of English as well counts for English, too, which wins a draw.
 */
const commonWords = {
  english: words(
    'a i in an so no me do we or they there all will plus die pour come the of and to is that it for was with as his on be at by this had not are but from have what how my you can',
  ),
  german: words(
    'der die das und ist nicht ein eine zu den von mit sich auf für auch es dem im wie ich wir was kann bei noch aus',
  ),
  french: words(
    'le la les et est un une des du que qui dans pour pas sur ce il je vous avec au plus sont mais ou comment mon',
  ),
  spanish: words('el la los las y es un una de que en por con no para se su al lo como más pero del mi qué cómo está'),
  italian: words(
    'il lo la gli e è un una di che in per con non si sono della del come più ma anche nel mi questo cosa',
  ),
  portuguese: words('o a os as e é um uma de que em por com não para se do da no na como mais mas ao dos meu você são'),
  dutch: words('de het een en is niet van te dat die in op voor met zijn er aan ook als maar hoe ik je wat naar mijn'),
} as const;

const sampleLengthMax = 2_000;

/**
 * The language that a text seems to be in. A short text without common words counts as English when its letters are Latin: its
 * stemmer does no harm, since what is looked for is stemmed in the same way.
 */
export function detectLanguage(text: string): Language {
  const sample = text.slice(0, sampleLengthMax).toLowerCase();
  const letters = sample.match(/\p{L}+/gu) ?? [];
  const cyrillic = letters.filter((word) => /^\p{Script=Cyrillic}/u.test(word)).length;
  const latin = letters.filter((word) => /^\p{Script=Latin}/u.test(word)).length;
  if (latin + cyrillic < letters.length / 2) return 'simple';
  if (cyrillic > latin) return 'russian';
  return mostLikely(letters);
}

/** Whether a word is one of the commonest of a language, which says nothing about what a text is about. */
export function isCommonWord(word: string, language: Language): boolean {
  return language in commonWords && commonWords[language as keyof typeof commonWords].has(word.toLowerCase());
}

function mostLikely(letters: readonly string[]): Language {
  let best: { language: Language; count: number } = { language: 'english', count: 0 };
  for (const [language, common] of Object.entries(commonWords)) {
    const count = letters.filter((word) => common.has(word)).length;
    if (count > best.count) best = { language: language as keyof typeof commonWords, count };
  }
  return best.language;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
