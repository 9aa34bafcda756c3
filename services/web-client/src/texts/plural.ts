/** Picks the form of a word that belongs to a number, by the plural rules of a language with two forms. */
export function pluralsOf(language: string): (count: number, forms: { one: string; other: string }) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => (rules.select(count) === 'one' ? forms.one : forms.other);
}
