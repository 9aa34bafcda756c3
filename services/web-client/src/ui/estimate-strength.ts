import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';

/** More than this tells nothing new, and takes long to look through. */
const LENGTH_MAX = 128;

const estimator = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs });

/** How hard a password is to guess, from 0 to 4. A chunk of its own: the dictionaries are large. */
export function estimateStrength(password: string): number {
  return estimator.check(password.slice(0, LENGTH_MAX)).score;
}
