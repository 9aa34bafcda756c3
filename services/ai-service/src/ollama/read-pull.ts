import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { failureOfPull, OllamaError } from './errors.ts';
import { LineSplitter } from './line-splitter.ts';
import { parseAnswer, pullLineSchema } from './schemas.ts';

/** How far a pull is. The bytes are those of all parts of the model that were begun. */
export type PullProgress = {
  readonly state: 'preparing' | 'downloading' | 'verifying' | 'finishing';
  readonly completedBytes: number;
  readonly totalBytes: number;
};

type PullLine = z.output<typeof pullLineSchema>;

const partCountMax = 1_000;

/**
 * Reads the stream of /api/pull: one JSON object a line, the last of which says "success" (Ollama's docs/api.md, "Pull a model"). Ollama names what it
 * does in words for people; they are told as the state that they stand for. Throws OllamaError, and what the body throws.
 */
export async function* readPull(body: Readable): AsyncGenerator<PullProgress, void> {
  const lines = new LineSplitter();
  const parts = new Map<string, PullLine>();
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = piece;
    for (const text of lines.push(bytes)) {
      const line = parseLine(text);
      if (line.digest !== '') parts.set(line.digest, line);
      if (parts.size > partCountMax) throw new OllamaError('malformed');
      yield progressOf(line, parts);
      if (line.status === 'success') return;
    }
  }
  throw new OllamaError('cut-off');
}

function parseLine(text: string): PullLine {
  const line = parseAnswer(pullLineSchema, parseJson(text));
  if (line.error !== undefined) throw failureOfPull(line.error);
  return line;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OllamaError('malformed');
  }
}

function progressOf(line: PullLine, parts: ReadonlyMap<string, PullLine>): PullProgress {
  let completedBytes = 0;
  let totalBytes = 0;
  for (const { completed, total } of parts.values()) {
    completedBytes += Math.min(completed, total);
    totalBytes += total;
  }
  return { state: stateOf(line), completedBytes, totalBytes };
}

function stateOf({ status, digest }: PullLine): PullProgress['state'] {
  if (digest !== '') return 'downloading';
  if (status.startsWith('verifying')) return 'verifying';
  return /^(writing|removing|success)/.test(status) ? 'finishing' : 'preparing';
}
