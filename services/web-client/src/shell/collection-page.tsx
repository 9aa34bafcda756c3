import { ArchiveRestore, Trash2, Undo2 } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation } from '../api/schemas.ts';
import { formatDate } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirmation, ConfirmationCancel } from '../ui/dialog.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { Page } from './page.tsx';
import { useConversationActions } from './use-conversation-actions.ts';
import { useConversations } from './use-conversations.ts';

/** What is archived. */
export function ArchivePage() {
  const { organise } = texts;
  return (
    <Collection view="archived" title={organise.archiveTitle} lead={organise.archiveLead} empty={organise.archiveEmpty}>
      {(conversation) => <ArchivedRow conversation={conversation} />}
    </Collection>
  );
}

/** What is in the trash, until it is purged. */
export function TrashPage() {
  const { organise } = texts;
  return (
    <Collection view="trashed" title={organise.trashTitle} lead={organise.trashLead} empty={organise.trashEmpty}>
      {(conversation) => <TrashedRow conversation={conversation} />}
    </Collection>
  );
}

type CollectionProps = {
  view: 'archived' | 'trashed';
  title: string;
  lead: string;
  empty: string;
  children: (conversation: Conversation) => ReactNode;
};

function Collection({ view, title, lead, empty, children }: CollectionProps) {
  const { list, conversations } = useConversations(view);

  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);

  return (
    <Page title={title} lead={lead}>
      {list.isPending && <Spinner />}
      {list.isError && (
        <div role="alert" className="grid justify-items-start gap-2 text-sm text-ink-soft">
          {texts.sidebar.failed} {problemText(problemOf(list.error))}
          <Button onClick={() => void list.refetch()}>{texts.tryAgain}</Button>
        </div>
      )}
      {list.isSuccess && conversations.length === 0 && (
        <p className="rounded-xl border border-dashed border-line px-4 py-10 text-center text-sm text-ink-faint">
          {empty}
        </p>
      )}
      <ul className="divide-y divide-line">
        {conversations.map((conversation) => (
          <li key={conversation.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
            {children(conversation)}
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="mt-4" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? texts.loading : texts.sidebar.more}
        </Button>
      )}
    </Page>
  );
}

function ArchivedRow({ conversation }: { conversation: Conversation }) {
  const { toggleArchived, trash } = useConversationActions(conversation);
  const title = conversation.title || texts.sidebar.untitled;
  return (
    <>
      <div className="min-w-0 flex-1 basis-48">
        <Link to={`/c/${conversation.id}`} className="block truncate rounded font-medium hover:underline">
          {title}
        </Link>
        <p className="text-xs text-ink-faint">
          {formatDate(new Date(conversation.lastMessageAt ?? conversation.createdAt))}
        </p>
      </div>
      <Button aria-label={texts.organise.of(texts.organise.unarchive, title)} onClick={toggleArchived}>
        <ArchiveRestore size={16} aria-hidden />
        {texts.organise.unarchive}
      </Button>
      <Button look="plain" aria-label={texts.organise.of(texts.organise.trash, title)} onClick={trash}>
        <Trash2 size={16} aria-hidden />
        {texts.organise.trash}
      </Button>
    </>
  );
}

function TrashedRow({ conversation }: { conversation: Conversation }) {
  const { restore, purge } = useConversationActions(conversation);
  const [isAsking, setAsking] = useState(false);
  const title = conversation.title || texts.sidebar.untitled;
  const { deletedAt } = conversation;
  return (
    <>
      <div className="min-w-0 flex-1 basis-48">
        <p className="truncate font-medium">{title}</p>
        {deletedAt !== undefined && (
          <p className="text-xs text-ink-faint">{texts.organise.deletedAt(formatDate(new Date(deletedAt)))}</p>
        )}
      </div>
      <Button aria-label={texts.organise.of(texts.organise.restore, title)} onClick={restore}>
        <Undo2 size={16} aria-hidden />
        {texts.organise.restore}
      </Button>
      <Button look="plain" aria-label={texts.organise.of(texts.organise.purge, title)} onClick={() => setAsking(true)}>
        <Trash2 size={16} aria-hidden />
        {texts.organise.purge}
      </Button>
      <Confirmation
        open={isAsking}
        onOpenChange={setAsking}
        title={texts.organise.purgeTitle}
        description={texts.organise.purgeBody(title)}
        returnFocus={() => {}}
      >
        <div className="mt-5 flex justify-end gap-2">
          <ConfirmationCancel asChild>
            <Button>{texts.cancel}</Button>
          </ConfirmationCancel>
          <Button
            look="danger"
            onClick={() => {
              setAsking(false);
              purge();
            }}
          >
            {texts.organise.purge}
          </Button>
        </div>
      </Confirmation>
    </>
  );
}
