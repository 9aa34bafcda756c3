// Estimates the strength of passwords, in a thread of its own: an estimate takes up to a quarter of a second, the dictionaries half a second to load.
import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';

export type StrengthQuestion = { readonly id: number; readonly password: string; readonly known: readonly string[] };
export type StrengthAnswer = { readonly id: number; readonly score: number; readonly warning: string };

const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, ...english },
  graphs: adjacencyGraphs,
  translations,
  // The work grows with the length, and faster with what may be written as digits and signs. 48 characters say enough.
  maxLength: 48,
  l33tMaxSubstitutions: 20,
});

parentPort?.on('message', ({ id, password, known }: StrengthQuestion) => {
  const { score, feedback } = zxcvbn.check(password, [...known]);
  parentPort?.postMessage({ id, score, warning: feedback.warning ?? '' } satisfies StrengthAnswer);
});
