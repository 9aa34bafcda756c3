import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import { createThreadCache } from '../live/thread-cache.ts';
import { PageBar } from '../shell/page-bar.tsx';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';

/** Where an invite link leads. Opening it does nothing yet: one joins by a button, and sees as whom. */
export function JoinPage() {
  const { api, user } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const token = useLocation().hash.slice(1);
  const join = useMutation({
    mutationFn: () => api.people.acceptInvite(token),
    onSuccess(conversation) {
      const cache = createThreadCache(queryClient);
      cache.patchConversation(conversation);
      void navigate(`/c/${conversation.id}`, { replace: true });
    },
  });
  const problem = join.isError ? problemOf(join.error) : undefined;
  const isDead = token === '' || problem?.reason === 'RESOURCE_NOT_FOUND';
  const title = isDead ? texts.join.deadTitle : texts.join.title;

  useEffect(() => {
    document.title = `${title} – ${texts.product}`;
  }, [title]);

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageBar />
      <div className="grid flex-1 place-content-center justify-items-center gap-2 p-6 text-center">
        <h1 className="font-serif text-xl">{title}</h1>
        {isDead ? (
          <>
            <p className="max-w-sm text-sm text-ink-soft" role="status">
              {texts.join.dead}
            </p>
            <Link
              to="/"
              className="mt-3 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent hover:bg-accent-strong"
            >
              {texts.sidebar.newChat}
            </Link>
          </>
        ) : (
          <>
            <p className="max-w-sm text-sm text-ink-soft">{texts.join.lead}</p>
            {problem !== undefined && (
              <p role="alert" className="text-sm text-danger">
                {problemText(problem)}
              </p>
            )}
            <Button look="primary" className="mt-3" disabled={join.isPending} onClick={() => join.mutate()}>
              {texts.join.as(user.displayName)}
            </Button>
          </>
        )}
      </div>
    </main>
  );
}
