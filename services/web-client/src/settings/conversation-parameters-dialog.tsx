import { useQueryClient } from '@tanstack/react-query';
import type { Conversation } from '../api/schemas.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { useServices } from '../shell/services.tsx';
import type { ModalProps } from '../ui/dialog.tsx';
import { ParametersDialog } from './parameters-dialog.tsx';

type ConversationParametersDialogProps = Pick<ModalProps, 'open' | 'onOpenChange' | 'returnFocus'> & {
  conversation: Conversation;
};

/** Asks for the sampling parameters of a conversation, and stores them. */
export function ConversationParametersDialog({ conversation, ...modal }: ConversationParametersDialogProps) {
  const { api } = useServices();
  const queryClient = useQueryClient();
  return (
    <ParametersDialog
      {...modal}
      parameters={conversation.params}
      persona={conversation.persona}
      onSave={async (params) =>
        createThreadCache(queryClient).patchConversation(await api.updateConversation(conversation, { params }))
      }
    />
  );
}
