import { Code, Lightbulb, Mail, Scale } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { newClientId } from '../live/client-id.ts';
import { useValue } from '../live/value.ts';
import { PageBar } from '../shell/page-bar.tsx';
import { useServices } from '../shell/services.tsx';
import { usePreferences } from '../shell/use-preferences.ts';
import { texts } from '../texts.ts';
import { Composer, type ComposerChoice } from './composer.tsx';
import { DemoBanner, ModelServerBanner } from './model-banner.tsx';
import { Thread } from './thread.tsx';
import { ALONE } from './thread-people.ts';
import { useDraft } from './use-draft.ts';

const STARTER_ICONS = [Lightbulb, Mail, Scale, Code] as const;
const NOTHING_MORE = { hasMore: false, isLoading: false, hasFailed: false, load: () => {} };

/** A conversation that does not exist yet: the first message makes it. */
export function NewChatPage() {
  const { live, user } = useServices();
  const navigate = useNavigate();
  const [draft, setDraft] = useDraft(`chatbot.draft.${user.id}.new`);
  const [chosen, setChoice] = useState<ComposerChoice>();
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
    void live.outbox.send({ clientMessageId: newClientId(), content, ...asked });
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
        isWaiting={unsent.length > 0}
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
