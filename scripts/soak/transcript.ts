import { z } from 'zod';

const endStatuses = ['completed', 'stopped', 'interrupted', 'failed'] as const;

export const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), generationId: z.string(), seq: z.int() }),
  z.object({ type: z.literal('delta'), generationId: z.string(), seq: z.int(), text: z.string() }),
  z.object({
    type: z.literal('end'),
    generationId: z.string(),
    seq: z.int(),
    status: z.enum(endStatuses),
    textLength: z.int().optional(),
    content: z.string().optional(),
  }),
]);

export type SoakFrame = z.infer<typeof frameSchema>;
export type EndStatus = (typeof endStatuses)[number];

/** What one reader has been sent of one reply. It believes nothing: a hole, and a number that comes again with other content, are noted. */
export class Transcript {
  readonly generationId: string;
  readonly violations: string[] = [];
  /** How many frames came that were there already. */
  repeatCount = 0;
  readonly #frames: SoakFrame[] = [];

  constructor(generationId: string) {
    this.generationId = generationId;
  }

  /** The last frame. A reader that asks again asks from here. */
  get lastSeq(): number {
    return this.#frames.length;
  }

  get end(): Extract<SoakFrame, { type: 'end' }> | undefined {
    const last = this.#frames.at(-1);
    return last?.type === 'end' ? last : undefined;
  }

  /** The text as the reader shows it. */
  get text(): string {
    if (this.end?.content !== undefined) return this.end.content;
    const text = this.#frames.map((frame) => (frame.type === 'delta' ? frame.text : '')).join('');
    return text.slice(0, this.end?.textLength);
  }

  /** Takes a frame. One that is known already may come again when the reader asked twice, but only as it was. */
  add(frame: SoakFrame): void {
    const known = this.#frames[frame.seq - 1];
    if (known !== undefined) {
      this.repeatCount += 1;
      if (JSON.stringify(known) !== JSON.stringify(frame)) this.#note(`frame ${frame.seq} came in two versions`);
    } else if (this.end !== undefined) this.#note(`frame ${frame.seq} came after the end`);
    else if (frame.seq !== this.lastSeq + 1) this.#note(`frame ${frame.seq} came after frame ${this.lastSeq}`);
    else this.#frames.push(frame);
  }

  #note(violation: string) {
    this.violations.push(violation);
  }
}
