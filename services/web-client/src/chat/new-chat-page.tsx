import { useQueryClient } from '@tanstack/react-query';
import { Code, Lightbulb, Mail, Scale } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Parameters as SamplingParameters } from '../api/schemas.ts';
import { newClientId } from '../live/client-id.ts';
import { queryKeys } from '../live/thread-cache.ts';
import { useValue } from '../live/value.ts';
import { PageBar } from '../shell/page-bar.tsx';
import { useServices } from '../shell/services.tsx';
import { usePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import { Composer, type ComposerChoice } from './composer.tsx';
import { DemoBanner, ModelServerBanner } from './model-banner.tsx';
import { SamplingButton } from './sampling-button.tsx';
import { Thread } from './thread.tsx';
import { ALONE } from './thread-people.ts';
import { useDraft } from './use-draft.ts';

const STARTER_ICONS = [Lightbulb, Mail, Scale, Code] as const;
const NOTHING_MORE = { hasMore: false, isLoading: false, hasFailed: false, load: () => {} };

/** A conversation that does not exist yet: the first message makes it. */
export function NewChatPage() {
  const { api, live, user } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useDraft(`chatbot.draft.${user.id}.new`);
  const [chosen, setChoice] = useState<ComposerChoice>();
  const [parameters, setParameters] = useState<SamplingParameters>({});
  const [isMaking, setMaking] = useState(false);
  const preferences = usePreferences();
  const choice = chosen ?? {
    persona: preferences?.defaultPersona || undefined,
    model: preferences?.defaultModel || undefined,
  };
  const unsent = useValue(live.outbox.entries).filter(({ conversationId }) => conversationId === undefined);

  useEffect(() => {
    document.title = texts.product;
  }, []);

  useEffect(
    () =>
      live.onSent((entry, turn) => {
        if (entry.conversationId === undefined) void navigate(`/c/${turn.conversationId}`, { replace: true });
      }),
    [live, navigate],
  );

  function send(content: string): void {
    const { persona, model } = choice;
    const asked = { ...(persona !== undefined && { persona }), ...(model !== undefined && { model }) };
    const message = { clientMessageId: newClientId(), content };
    if (Object.keys(parameters).length === 0) void live.outbox.send({ ...message, ...asked });
    else void sendInNew(message, { ...asked, params: parameters });
  }

  /** What is to hold for every reply belongs to the conversation, so that one is made first. */
  async function sendInNew(
    message: { clientMessageId: string; content: string },
    beginning: Parameters<typeof api.createConversation>[0],
  ): Promise<void> {
    setMaking(true);
    try {
      const conversation = await api.createConversation(beginning);
      queryClient.setQueryData(queryKeys.conversation(conversation.id), conversation);
      void live.outbox.send({ ...message, conversationId: conversation.id });
      void navigate(`/c/${conversation.id}`, { replace: true });
    } catch (error) {
      setDraft(message.content);
      notify(problemText(problemOf(error)));
      setMaking(false);
    }
  }

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageBar />
      {unsent.length > 0 ? (
        <>
          <h1 className="sr-only">{texts.sidebar.newChat}</h1>
          <Thread
            messages={[]}
            unsent={unsent}
            requestedModel={undefined}
            older={NOTHING_MORE}
            newer={NOTHING_MORE}
            aroundId={undefined}
            onLatest={undefined}
            people={ALONE}
          />
        </>
      ) : (
        <Welcome name={user.displayName} onStart={setDraft} />
      )}
      <ModelServerBanner />
      <DemoBanner model={choice.model} />
      <Composer
        draft={draft}
        onDraft={setDraft}
        onSend={send}
        choice={choice}
        onChoice={setChoice}
        generationId={undefined}
        isWaiting={unsent.length > 0 || isMaking}
        moreChoices={<SamplingButton parameters={parameters} persona={choice.persona} onChange={setParameters} />}
      />
    </main>
  );
}

function Welcome({ name, onStart }: { name: string; onStart: (prompt: string) => void }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex min-h-full w-full max-w-3xl flex-col justify-center px-4 py-8 sm:px-6">
        <h1 className="animate-rise font-serif text-display tracking-tight text-balance">
          {greeting(new Date())}, {name}.
        </h1>
        <p className="mt-1 animate-rise font-serif text-xl text-ink-faint">{texts.empty.lead}</p>
        <ul aria-label={texts.empty.startersLabel} className="mt-8 grid animate-rise gap-2.5 sm:grid-cols-2">
          {texts.empty.starters.map(({ title, prompt }, index) => {
            const Icon = STARTER_ICONS[index] ?? Lightbulb;
            return (
              <li key={title}>
                <button
                  type="button"
                  onClick={() => {
                    onStart(prompt);
                    document.querySelector<HTMLTextAreaElement>('textarea')?.focus();
                  }}
                  className="flex h-full w-full items-start gap-3 rounded-xl border border-line bg-canvas px-4 py-3 text-left transition-colors hover:border-line-strong hover:bg-raised"
                >
                  <Icon size={17} aria-hidden className="mt-0.5 shrink-0 text-accent" />
                  <span>
                    <span className="block text-sm font-medium">{title}</span>
                    <span className="mt-0.5 hidden text-xs text-ink-faint sm:block">{prompt}</span>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function greeting(now: Date): string {
  const hour = now.getHours();
  const { morning, day, evening } = texts.empty.greetings;
  if (hour >= 5 && hour < 12) return morning;
  return hour >= 12 && hour < 18 ? day : evening;
}
