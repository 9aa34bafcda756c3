import type { EndBody } from './frame.ts';
import type { Claim, GenerationLog } from './log.ts';

export type Past = {
  /** The last frame in the log; 0 when it is empty. */
  readonly lastSeq: number;
  /** The text of its deltas. */
  readonly text: string;
  /** The end frame, when the log has one. */
  readonly end?: EndBody;
};

const pageSize = 512;

/** What former owners left in the log. Reads nothing when the claim says that it is empty. */
export async function rebuildFromLog(log: GenerationLog, generationId: string, claim: Claim): Promise<Past> {
  const texts: string[] = [];
  let lastSeq = 0;
  while (lastSeq < claim.lastSeq) {
    const frames = await log.read(generationId, { afterSeq: lastSeq, limit: pageSize });
    if (frames.length === 0) throw new Error('the log ends before its last frame');
    for (const frame of frames) {
      lastSeq = frame.seq;
      if (frame.type === 'delta') texts.push(frame.text);
      if (frame.type === 'end') return { lastSeq, text: texts.join(''), end: frame };
    }
  }
  return { lastSeq, text: texts.join('') };
}
