import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { type Branch, messagesOf } from '../live/branch.ts';
import { newClientId } from '../live/client-id.ts';
import { createThreadCache, queryKeys } from '../live/thread-cache.ts';
import { useValue } from '../live/value.ts';
import { MembersButton } from '../members/members-button.tsx';
import { ConversationMenu } from '../shell/conversation-item.tsx';
import { PageBar } from '../shell/page-bar.tsx';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { notify } from '../ui/notices.tsx';
import { Composer, type ComposerChoice } from './composer.tsx';
import { ComposerNotes } from './composer-notes.tsx';
import { DemoBanner, ModelServerBanner } from './model-banner.tsx';
import { PresentPeople } from './present-people.tsx';
import { Thread } from './thread.tsx';
import { useSharedDraft } from './use-draft.ts';
import { useRoom } from './use-room.ts';
import { useTellTyping } from './use-tell-typing.ts';
import { runningReplyOf, useThread } from './use-thread.ts';
import { useThreadPeople } from './use-thread-people.ts';
import { useUnreadWindow } from './use-unread-window.ts';

/** The conversation that the address names; with a message in the address, the branch of that one, around it. */
export function ConversationPage() {
  const { conversationId = '' } = useParams();
  const [parameters] = useSearchParams();
  const aroundId = parameters.get('message') ?? undefined;
  return (
    <ConversationScreen key={`${conversationId} ${aroundId}`} conversationId={conversationId} aroundId={aroundId} />
  );
}

type ScreenProps = { conversationId: string; aroundId: string | undefined };

function ConversationScreen({ conversationId, aroundId }: ScreenProps) {
  // The message that was read last, to begin around; null for the newest page, undefined until it is known.
  const [lastReadId, setLastReadId] = useState<string | null>();
  const { conversation, branch, messages } = useThread(conversationId, aroundId ?? lastReadId ?? undefined);
  useLatestAfterTurn({ conversationId, aroundId, onLatest: () => setLastReadId(null) });
  const error = branch.data === undefined ? (branch.error ?? conversation.error) : conversation.error;
  const title = conversation.data?.title || texts.sidebar.untitled;

  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);

  if (error !== null && isMissing(error)) {
    // What was read before and is no longer there was taken away meanwhile.
    const wasOpen = conversation.data !== undefined;
    return wasOpen ? (
      <Missing title={texts.members.closedTitle} text={texts.members.closed} />
    ) : (
      <Missing title={texts.thread.missingTitle} text={texts.thread.missing} />
    );
  }
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageBar>
        <h1 className="min-w-0 truncate text-sm font-semibold">{title}</h1>
        {conversation.data !== undefined && (
          <>
            <ConversationMenu
              conversation={conversation.data}
              shownLeafId={aroundId === undefined ? undefined : branch.data?.pages[0]?.leafId}
            />
            <span className="flex-1" />
            <PresentPeople conversation={conversation.data} />
            <MembersButton conversation={conversation.data} />
          </>
        )}
      </PageBar>
      {branch.data !== undefined ? (
        <OpenThread
          conversation={conversation.data}
          conversationId={conversationId}
          aroundId={aroundId}
          lastReadId={lastReadId}
          onLastRead={setLastReadId}
          branch={branch}
          messages={messages}
        />
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void branch.refetch()} />
      ) : (
        <Skeleton />
      )}
    </main>
  );
}

/** Whoever writes wants to see it at the end; and what is written from an older branch becomes the active one. */
function useLatestAfterTurn({ conversationId, aroundId, onLatest }: ScreenProps & { onLatest: () => void }) {
  const { live } = useServices();
  const navigate = useNavigate();
  const show = useEffectEvent(onLatest);
  useEffect(
    () =>
      live.onTurn((turn) => {
        if (turn.conversationId !== conversationId) return;
        if (aroundId === undefined) show();
        else void navigate(`/c/${conversationId}`, { replace: true });
      }),
    [live, navigate, conversationId, aroundId],
  );
}

/** An address with a malformed id leads nowhere, just like one with an unknown id. */
function isMissing(error: Error): boolean {
  const { reason } = problemOf(error);
  return reason === 'RESOURCE_NOT_FOUND' || reason === 'VALIDATION_FAILED';
}

type OpenThreadProps = Pick<ReturnType<typeof useThread>, 'branch' | 'messages'> & {
  conversation: Conversation | undefined;
  conversationId: string;
  aroundId: string | undefined;
  lastReadId: string | null | undefined;
  onLastRead: (lastReadId: string | null) => void;
};

function OpenThread({
  conversation,
  conversationId,
  aroundId,
  lastReadId,
  onLastRead,
  branch,
  messages,
}: OpenThreadProps) {
  const { api, live } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useSharedDraft(conversationId);
  const isShared = (conversation?.memberCount ?? 1) > 1;
  const canWrite = conversation?.role !== 'reader';
  const tellTyping = useTellTyping({ conversationId, isHeard: isShared && canWrite });
  const [changed, setChanged] = useState<ComposerChoice>();
  const unsent = useValue(live.outbox.entries).filter((entry) => entry.conversationId === conversationId);
  const requestedModel = conversation?.model || undefined;
  const choice = changed ?? { persona: conversation?.persona, model: requestedModel };
  const { fetchNextPage, fetchPreviousPage } = branch;
  const loadOlder = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const loadNewer = useCallback(() => void fetchPreviousPage(), [fetchPreviousPage]);
  const older = {
    hasMore: branch.hasNextPage,
    isLoading: branch.isFetchingNextPage,
    hasFailed: branch.isFetchNextPageError,
    load: loadOlder,
  };
  const room = useRoom(conversationId);
  const isPlaced = aroundId !== undefined || lastReadId !== undefined;
  useUnreadWindow({
    conversationId,
    room,
    firstId: messages[0]?.id,
    hasEarlier: older.hasMore,
    isSought: !isPlaced,
    onFound: onLastRead,
  });
  const isWindow = (aroundId ?? lastReadId ?? undefined) !== undefined;
  const { people, typists } = useThreadPeople({
    conversationId,
    conversation,
    messages,
    room,
    isPlaced,
    earlier: {
      ...older,
      pageCount: branch.data?.pages.length ?? 0,
      load: isWindow ? undefined : loadOlder,
    },
  });

  function choose(next: ComposerChoice): void {
    setChanged(next);
    // A message without a model keeps the conversation's one, so going back to the default is a change of its own.
    if (next.model !== undefined || conversation === undefined || requestedModel === undefined) return;
    void api
      .updateConversation(conversation, { model: '' })
      .then((updated) => createThreadCache(queryClient).patchConversation(updated))
      .catch((error: unknown) => notify(problemText(problemOf(error))));
  }

  function send(content: string): void {
    const parentId = branch.hasPreviousPage ? unreadEndId() : messages.at(-1)?.id;
    const { persona, model } = changed ?? {};
    const chosen = { ...(persona !== undefined && { persona }), ...(model !== undefined && { model }) };
    void live.outbox.send({
      clientMessageId: newClientId(),
      conversationId,
      content,
      ...(parentId !== undefined && { parentId }),
      ...chosen,
    });
  }

  /** The end of the branch where it has not been read here: of the active one as it is by now, of another one as it was. */
  function unreadEndId(): string | undefined {
    const active = messagesOf(queryClient.getQueryData<Branch>(queryKeys.messages(conversationId)));
    return (aroundId === undefined ? active.at(-1)?.id : undefined) ?? branch.data?.pages[0]?.leafId;
  }

  return (
    <>
      <Thread
        // What is read around another message is another list.
        key={lastReadId ?? undefined}
        messages={messages}
        unsent={unsent}
        requestedModel={requestedModel}
        people={people}
        older={older}
        newer={{
          hasMore: branch.hasPreviousPage,
          isLoading: branch.isFetchingPreviousPage,
          hasFailed: branch.isFetchPreviousPageError,
          load: loadNewer,
        }}
        aroundId={aroundId}
        onLatest={aroundId === undefined ? () => onLastRead(null) : () => void navigate(`/c/${conversationId}`)}
      />
      {aroundId !== undefined && (
        <p className="mx-auto flex w-full max-w-3xl flex-wrap items-center gap-3 px-4 pb-2 text-sm text-ink-soft sm:px-6">
          <span className="flex-1">{texts.thread.around}</span>
          <Link
            to={`/c/${conversationId}`}
            className="rounded font-medium text-accent underline underline-offset-3 hover:text-accent-strong"
          >
            {texts.thread.toLatest}
          </Link>
        </p>
      )}
      <ModelServerBanner />
      {/* A phone has no room to repeat it in every conversation. */}
      <div className="max-sm:hidden">
        <DemoBanner model={choice.model} />
      </div>
      <ComposerNotes typists={typists} isShared={isShared} replyMode={conversation?.replyMode} />
      {canWrite ? (
        <Composer
          draft={draft}
          onDraft={(text) => {
            setDraft(text);
            tellTyping(text);
          }}
          onSend={send}
          choice={choice}
          onChoice={choose}
          generationId={runningReplyOf(messages)?.generationId}
          isWaiting={unsent.length > 0}
        />
      ) : (
        <p className="mx-auto w-full max-w-3xl px-4 pt-1 pb-5 text-center text-sm text-ink-soft sm:px-6">
          {texts.together.readOnly}
        </p>
      )}
    </>
  );
}

function Skeleton() {
  return (
    <div role="status" className="mx-auto grid w-full max-w-3xl flex-1 content-start gap-6 px-4 pt-8 sm:px-6">
      <span className="sr-only">{texts.loading}</span>
      <span className="h-11 w-2/5 animate-breathe justify-self-end rounded-2xl bg-hover" />
      {['w-11/12', 'w-4/5', 'w-3/5'].map((width) => (
        <span key={width} className={`h-4 animate-breathe rounded-full bg-hover ${width}`} />
      ))}
    </div>
  );
}

function Failed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div role="alert" className="grid flex-1 place-content-center justify-items-center gap-2 p-6 text-center">
      <p className="font-medium">{texts.thread.failed}</p>
      <p className="text-sm text-ink-soft">{problemText(problemOf(error))}</p>
      <Button className="mt-2" onClick={onRetry}>
        {texts.tryAgain}
      </Button>
    </div>
  );
}

function Missing({ title, text }: { title: string; text: string }) {
  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageBar />
      <div className="grid flex-1 place-content-center justify-items-center gap-2 p-6 text-center">
        <h1 className="font-serif text-xl">{title}</h1>
        <p role="status" className="max-w-sm text-sm text-ink-soft">
          {text}
        </p>
        <Link
          to="/"
          className="mt-3 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent hover:bg-accent-strong"
        >
          {texts.sidebar.newChat}
        </Link>
      </div>
    </main>
  );
}
