import { describe, expect, it } from 'vitest';
import { detectLanguage, isCommonWord } from './language.ts';

describe('detectLanguage', () => {
  it.each([
    ['The cat is on the table', 'english'],
    ['Die Katze liegt auf dem Tisch', 'german'],
    ['Le chat est sur la table', 'french'],
    ['El gato está en la mesa', 'spanish'],
    ['Il gatto è sul tavolo e non si muove', 'italian'],
    ['O gato não está em cima da mesa', 'portuguese'],
    ['De kat ligt op het tapijt', 'dutch'],
    ['Кошка лежит на столе', 'russian'],
    ['猫はテーブルの上にいます', 'simple'],
    ['Running shoes', 'english'],
    ['Penguins live in Antarctica.', 'english'],
    ['Katzen und Hunde', 'german'],
    ['', 'english'],
    ['42 + 1', 'english'],
  ])('takes %s for %s', (text, language) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it('looks at the beginning of a long text alone', () => {
    expect(detectLanguage(`${'The cat is on the table. '.repeat(100)}${'Der Hund ist nicht da. '.repeat(1_000)}`)).toBe(
      'english',
    );
  });
});

describe('isCommonWord', () => {
  it('knows the words of one language, however they are written', () => {
    expect([isCommonWord('The', 'english'), isCommonWord('the', 'german'), isCommonWord('the', 'simple')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
