import { FlaskConical, ServerOff, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { useModels } from './use-options.ts';

const DISMISSED_KEY = 'chatbot.demoBannerDismissed';

/** Says so when there is no model to answer, until there is one; and leads those who may install one to where they can. */
export function ModelServerBanner() {
  const models = useModels();
  const { user } = useServices();
  const isDown = models.isError && problemOf(models.error).reason === 'MODEL_UNAVAILABLE';
  if (!isDown && models.data?.items.length !== 0) return null;
  return (
    <Banner
      icon={<ServerOff size={18} aria-hidden />}
      role="alert"
      action={
        isDown || user.role !== 'admin' ? (
          <Button onClick={() => void models.refetch()}>{texts.tryAgain}</Button>
        ) : (
          <Link
            to="/settings/models"
            className="inline-flex min-h-9 items-center rounded-lg border border-line bg-raised px-3.5 py-1.5 text-sm font-medium text-ink transition-colors hover:bg-hover"
          >
            {texts.modelServer.install}
          </Link>
        )
      }
    >
      {isDown ? texts.modelServer.down : texts.modelServer.none}
    </Banner>
  );
}

/** Says so when the answers come from the demo, and how to get real ones. */
export function DemoBanner({ model }: { model: string | undefined }) {
  const { data, isError } = useModels();
  const [isDismissed, setDismissed] = useState(() => sessionStorage.getItem(DISMISSED_KEY) !== null);
  const used = data?.items.find(({ name, isDefault }) => (model === undefined ? isDefault : name === model));
  if (used?.isDemo !== true || isError || isDismissed) return null;

  function dismiss(): void {
    setDismissed(true);
    sessionStorage.setItem(DISMISSED_KEY, 'yes');
  }

  return (
    <Banner
      icon={<FlaskConical size={18} aria-hidden className="text-accent" />}
      role="note"
      action={
        <IconButton label={texts.dismiss} onClick={dismiss}>
          <X size={16} aria-hidden />
        </IconButton>
      }
    >
      <span className="font-medium text-ink">{texts.demo.title}</span> {texts.demo.body}{' '}
      <code className="rounded border border-line bg-code px-1.5 font-mono text-2xs whitespace-nowrap">
        {texts.demo.command}
      </code>{' '}
      {texts.demo.after}
    </Banner>
  );
}

function Banner({
  icon,
  role,
  action,
  children,
}: {
  icon: ReactNode;
  role: 'alert' | 'note';
  action: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-2 sm:px-6">
      <div
        role={role}
        className="flex animate-fade items-center gap-3 rounded-xl border border-line bg-sunken py-2 pr-2 pl-3.5 text-xs text-ink-soft"
      >
        <span className="shrink-0">{icon}</span>
        <p className="flex-1">{children}</p>
        {action}
      </div>
    </div>
  );
}
