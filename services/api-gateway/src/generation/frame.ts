import { problemSchema } from '@chatbot/errors';
import { z } from 'zod';

export const usageSchema = z
  .object({
    promptTokens: z.int().optional().meta({ description: 'Absent of a reply that was cut short: only its end tells' }),
    completionTokens: z.int(),
  })
  .meta({ id: 'Usage', description: 'Tokens of one reply, as the model server counts them' });

export const timingsSchema = z
  .object({ queuedMs: z.number(), loadMs: z.number(), firstTokenMs: z.number(), totalMs: z.number() })
  .meta({ id: 'Timings', description: 'Durations of one reply, in milliseconds' });

export const endStatusSchema = z.enum(['completed', 'stopped', 'interrupted', 'failed']);

const statusBody = z.object({
  status: z.enum(['queued', 'loading', 'generating']),
  position: z.int().positive().optional(),
  model: z.string().optional(),
  droppedMessageCount: z.int().positive().optional(),
});

const endBody = z.object({
  status: endStatusSchema,
  messageId: z.string(),
  model: z.string().optional(),
  usage: usageSchema.optional(),
  timings: timingsSchema.optional(),
  problem: problemSchema.optional(),
  /** So many UTF-16 code units of the text are kept; only when it was stopped before the last delta was seen. */
  textLength: z.int().nonnegative().optional(),
  /** The whole text; only in an end that was made from the stored message because the log is gone. */
  content: z.string().optional(),
});

export type StatusBody = z.infer<typeof statusBody>;
export type EndBody = z.infer<typeof endBody>;
export type EndStatus = z.infer<typeof endStatusSchema>;
export type Usage = z.infer<typeof usageSchema>;
export type Timings = z.infer<typeof timingsSchema>;

/** What a frame says, without its place. */
export type FrameBody =
  | ({ readonly type: 'status' } & StatusBody)
  | { readonly type: 'delta'; readonly text: string }
  | ({ readonly type: 'end' } & EndBody);

/** A frame as clients get it. `seq` runs 1, 2, 3, … without a hole; `end` is the last one. */
export type Frame = { readonly v: 1; readonly generationId: string; readonly seq: number } & FrameBody;

/**
 * A frame as it lies in the log: one field and its value. The field names version and kind, so that a delta costs its text and two
 * bytes, and replicas of two releases can share a log: a reader skips nothing silently, it refuses what it does not know.
 */
export type LogField = readonly [name: '1s' | '1d' | '1e', value: string];

export function toLogField(body: FrameBody): LogField {
  switch (body.type) {
    case 'delta':
      return ['1d', body.text];
    case 'status': {
      const { type: _type, ...rest } = body;
      return ['1s', JSON.stringify(rest)];
    }
    case 'end': {
      const { type: _type, ...rest } = body;
      return ['1e', JSON.stringify(rest)];
    }
    default:
      return body satisfies never;
  }
}

/** Throws when the field was written by a release that this one does not know. */
export function fromLogField(name: string, value: string): FrameBody {
  switch (name) {
    case '1d':
      return { type: 'delta', text: value };
    case '1s':
      return { type: 'status', ...statusBody.parse(JSON.parse(value)) };
    case '1e':
      return { type: 'end', ...endBody.parse(JSON.parse(value)) };
    default:
      throw new Error(`unknown log field ${name}`);
  }
}

/** The sequence number of a log entry's id, "<seq>-0". */
export function seqOf(entryId: string): number {
  return Number.parseInt(entryId, 10);
}
