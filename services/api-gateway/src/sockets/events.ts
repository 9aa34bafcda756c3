import { authRefresh } from './auth-events.ts';
import { conversationClose, conversationOpen, draftSet, readSet, sync, typingSet } from './conversation-events.ts';
import type { ClientEvent } from './event.ts';
import { generationFollow, generationStop, generationUnfollow } from './generation-events.ts';
import { generationContinue, messageEdit, messageRegenerate, messageSend } from './message-events.ts';

/** Every event that a client may send. */
export const clientEvents: readonly ClientEvent[] = [
  messageSend,
  messageEdit,
  messageRegenerate,
  generationFollow,
  generationUnfollow,
  generationStop,
  generationContinue,
  conversationOpen,
  conversationClose,
  typingSet,
  readSet,
  draftSet,
  sync,
  authRefresh,
];
