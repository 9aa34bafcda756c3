import { expect, it } from 'vitest';
import { estimateTokens } from './token-estimate.ts';

// Each text ten times; the counts are the higher ones of Llama 3's and GPT-4's (cl100k) tokenizers.
it.each([
  ['English', 'The quick brown fox jumps over the lazy dog. ', 101],
  ['German', 'Die Überprüfung der Größenverhältnisse läuft. ', 161],
  ['Russian', 'Сегодня хорошая погода, пойдём гулять в парк. ', 261],
  ['Greek', 'Καλημέρα κόσμε, ο καιρός είναι καλός. ', 321],
  ['Hebrew', 'שלום עולם היום מזג האוויר יפה ', 301],
  ['Arabic', 'مرحبا بالعالم الطقس جميل اليوم ', 211],
  ['Hindi', 'नमस्ते दुनिया आज मौसम अच्छा है ', 330],
  ['Thai', 'สวัสดีวันนี้อากาศดี', 190],
  ['Chinese', '今天天气很好我们去公园散步吧', 180],
  ['Japanese', 'こんにちは世界、今日はいい天気ですね', 150],
  ['Korean', '안녕하세요 오늘 날씨가 좋네요 ', 182],
  ['emoji', '🎉🎊🥳', 90],
  ['Gothic', '𐍈𐌰𐌽', 120],
  ['code', 'for (let i = 0; i < 10; i += 1) { sum += a[i]; }\n', 250],
  ['JSON', '{"id":123,"name":"x","tags":["a","b"]},', 151],
  ['a table', '| a | b |\n|---|---|\n| 1 | 2 |\n', 170],
])('the estimate for %s is not below the real count, and not twice as high', (_kind, text, tokens) => {
  const estimate = estimateTokens(text.repeat(10));
  expect(estimate).toBeGreaterThanOrEqual(tokens);
  expect(estimate).toBeLessThan(tokens * 2);
});
