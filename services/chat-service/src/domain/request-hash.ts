import { createHash } from 'node:crypto';
import type { TurnKind } from './generation.ts';
import type { Parameters } from './parameters.ts';

/** What a client asked for, as far as it decides whether a repeated clientMessageId means the same. */
export type TurnRequest = {
  readonly kind: TurnKind;
  /** The conversation of a post, the message of an edit or a regenerate, the generation of a continue, null for a new conversation. */
  readonly targetId: string | null;
  readonly parentId?: string | undefined;
  readonly content?: string | undefined;
  readonly persona?: string | undefined;
  readonly model?: string | undefined;
  readonly parameters?: Parameters | undefined;
};

/** Equal for equal requests, however their fields were ordered: SHA-256, base64url. */
export function requestHash(request: TurnRequest): string {
  const { kind, targetId, parentId, content, persona, model, parameters } = request;
  const { temperature, topP, maxTokens, seed, stop } = parameters ?? {};
  const canonical = [kind, targetId, parentId, content, persona, model, temperature, topP, maxTokens, seed, stop ?? []];
  // JSON turns an absent value into null, which no field has.
  return createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
}
