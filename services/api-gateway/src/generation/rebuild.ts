import type { EndBody } from './frame.ts';
import type { GenerationLog } from './log.ts';

export type Past = {
  /** The last frame read; 0 when there is none. */
  readonly lastSeq: number;
  /** The text of the deltas up to there. */
  readonly text: string;
  /** Whether no frame is missing; the text is the whole text then. */
  readonly isWhole: boolean;
  /** The end frame, when it was among them. */
  readonly end?: EndBody;
};

const pageSize = 512;

/** What the log holds up to a frame that it has. Reads nothing for frame 0. */
export async function rebuildFromLog(log: GenerationLog, generationId: string, upToSeq: number): Promise<Past> {
  const texts: string[] = [];
  let lastSeq = 0;
  let isWhole = true;
  while (lastSeq < upToSeq) {
    const limit = Math.min(pageSize, upToSeq - lastSeq);
    const frames = await log.read(generationId, { afterSeq: lastSeq, limit });
    if (frames.length === 0) throw new Error('the log ends before its last frame');
    for (const frame of frames) {
      isWhole &&= frame.seq === lastSeq + 1;
      lastSeq = frame.seq;
      if (frame.type === 'delta') texts.push(frame.text);
      if (frame.type === 'end') return { lastSeq, text: texts.join(''), isWhole, end: frame };
    }
  }
  return { lastSeq, text: texts.join(''), isWhole };
}
