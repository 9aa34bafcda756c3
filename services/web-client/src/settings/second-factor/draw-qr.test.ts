import readQr from 'jsqr';
import { expect, it } from 'vitest';
import { drawQr } from './draw-qr.ts';

const SCALE = 4;

/** What a camera would see of the path: black squares of one module each, on white. */
function rasterise({ size, path }: { size: number; path: string }): { pixels: Uint8ClampedArray; width: number } {
  const width = size * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < SCALE; row += 1) {
      const start = ((Number(y) * SCALE + row) * width + Number(x) * SCALE) * 4;
      for (let at = start; at < start + SCALE * 4; at += 4) pixels.fill(0, at, at + 3);
    }
  }
  return { pixels, width };
}

it.each([
  'otpauth://totp/Chatbot:ada%40example.org?issuer=Chatbot&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30',
  `otpauth://totp/Chatbot:${'a'.repeat(240)}%40example.org?issuer=Chatbot&secret=GEZDGNBVGY3TQOJQ`,
])('draws what a reader reads as the same text: %s', (text) => {
  const { pixels, width } = rasterise(drawQr(text));
  expect(readQr(pixels, width, width)?.data).toBe(text);
});
