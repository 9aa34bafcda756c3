import { createHash } from 'node:crypto';
import type { EndStatus, Role, Timings, Usage } from './message.ts';
import type { Parameters } from './parameters.ts';

/** A conversation from elsewhere, brought to one shape. Parents come before their children. */
export type ImportedConversation = {
  readonly title: string;
  readonly persona: string;
  readonly model: string;
  readonly parameters: Parameters;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The index of the message that ends the active branch; null when there is none. */
  readonly activeIndex: number | null;
  readonly messages: readonly ImportedMessage[];
};

export type ImportedMessage = {
  /** The index of the message above; null at a root. */
  readonly parentIndex: number | null;
  readonly role: Role;
  readonly content: string;
  readonly status: EndStatus;
  readonly model: string;
  readonly usage: Usage | null;
  readonly timings: Timings | null;
  readonly createdAt: Date;
};

/** As many as are stored by one statement within its time. */
export const importedMessageCountMax = 5_000;
/** The texts of one conversation, in bytes; a gRPC message holds them. */
export const importedBytesMax = 10 * 1024 * 1024;

/**
 * Equal for equal conversations, whatever file they come in: SHA-256 of what was said, by which role and below what. Times are left out: not
 * every file has them.
 */
export function contentHash({ title, messages }: ImportedConversation): Uint8Array<ArrayBuffer> {
  const said = messages.map(({ parentIndex, role, content }) => [parentIndex, role, content]);
  return new Uint8Array(
    createHash('sha256')
      .update(JSON.stringify([title, said]))
      .digest(),
  );
}
