import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english } from '@zxcvbn-ts/language-en';

// The limits of user-service, so that the verdict is the same and no key waits for a second.
const estimator = new ZxcvbnFactory({
  dictionary: { ...common, ...english },
  graphs: adjacencyGraphs,
  maxLength: 48,
  l33tMaxSubstitutions: 20,
});

/** How hard a password is to guess, from 0 to 4. A chunk of its own: the dictionaries are large. */
export function estimateStrength(password: string): number {
  return estimator.check(password).score;
}
