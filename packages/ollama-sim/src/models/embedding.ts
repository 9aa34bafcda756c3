import type { EmbeddingModel } from './model.ts';

const DIMENSIONS = 384;

/** Makes a model that embeds texts as hashed bags of words: texts that share words are near each other. */
export function createEmbeddingModel(name: string): EmbeddingModel {
  return {
    kind: 'embedding',
    name,
    family: 'hash',
    parameterSize: '',
    contextLength: 8192,
    capabilities: ['embedding'],
    sizeBytes: 0,
    loadDelayMs: 0,
    embed: (text) => embed(text),
  };
}

/** Scales a vector to length 1. */
export function toUnitVector(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    addHashed(vector, word);
  }
  if (vector.every((value) => value === 0)) {
    // No words, or words that cancel each other out: the text as a whole still has a direction.
    addHashed(vector, text);
  }
  return toUnitVector(vector);
}

function addHashed(vector: number[], word: string): void {
  const hash = fnv1a(word);
  const index = hash % DIMENSIONS;
  vector[index] = (vector[index] ?? 0) + (hash & 0x8000_0000 ? -1 : 1);
}

/** The 32-bit FNV-1a hash (draft-eastlake-fnv) of the UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193) >>> 0;
  }
  return hash;
}
