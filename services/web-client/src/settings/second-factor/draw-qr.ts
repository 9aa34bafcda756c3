import { encode } from 'uqr';

/** The margin that readers need to find the code (ISO/IEC 18004). */
const QUIET_MODULES = 4;

/** A text as a QR code: the dark modules as an SVG path, in a square of `size` modules. */
export function drawQr(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_MODULES });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size, path: dark.join('') };
}
