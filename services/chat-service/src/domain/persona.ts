import type { Parameters } from './parameters.ts';

/** A way of answering, of one person's own. Ids are UUIDv7; those of the built-in ones, which ai-service has, are words. */
export type Persona = PersonaContent & {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Counts the changes, from 1. */
  readonly version: number;
};

export type PersonaContent = {
  readonly name: string;
  /** For people who choose; may be empty. */
  readonly description: string;
  /** Instructions to the model. */
  readonly prompt: string;
  readonly parameters: Parameters;
};

/** What a reply needs of it. */
export type CustomPersona = Pick<PersonaContent, 'prompt' | 'parameters'>;

/** Bounds a list that is never paged. */
export const personaCountMax = 50;
export const personaLengthMax = { name: 60, description: 200, prompt: 8_000 } as const;
