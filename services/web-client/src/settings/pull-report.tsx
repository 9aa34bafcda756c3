import type { PullProgress } from '../api/models.ts';
import { problemText } from '../api/problem-text.ts';
import type { Problem } from '../api/schemas.ts';
import type { Pull } from '../live/model-pull.ts';
import { formatBytes } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';

/** How far a model is that is being installed, and how it ended. A screen reader hears each state once, and no numbers. */
export function PullReport({ pull, onStop }: { pull: Pull; onStop: () => void }) {
  return (
    <div className="grid gap-3 rounded-xl border border-line bg-raised p-4 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="min-w-0 wrap-anywhere">
          {statusOf(pull)}
        </p>
        {pull.state === 'running' && <Button onClick={onStop}>{texts.cancel}</Button>}
      </div>
      {pull.state === 'running' && <Progress model={pull.model} progress={pull.progress} />}
      {pull.state === 'failed' && (
        <p role="alert" className="text-danger wrap-anywhere">
          {reasonOf(pull.problem)}
        </p>
      )}
    </div>
  );
}

function Progress({ model, progress }: { model: string; progress: PullProgress | undefined }) {
  const { completedBytes = 0, totalBytes = 0, server = 1, serverCount = 1 } = progress ?? {};
  const { models: words } = texts.settings;
  const bytes = totalBytes === 0 ? '' : words.bytes(formatBytes(completedBytes), formatBytes(totalBytes));
  const place = serverCount === 1 ? '' : words.server(server, serverCount);
  return (
    <>
      <ProgressBar
        label={words.progressOf(model)}
        share={totalBytes === 0 ? undefined : Math.min(1, completedBytes / totalBytes)}
      />
      <p className="flex flex-wrap justify-between gap-x-4 text-xs text-ink-soft">
        <span>{bytes}</span>
        <span>{place}</span>
      </p>
      <p className="text-xs text-ink-faint">{words.meanwhile}</p>
    </>
  );
}

function statusOf(pull: Pull): string {
  const { models: words } = texts.settings;
  switch (pull.state) {
    case 'running':
      return words.states[pull.progress?.state ?? 'preparing'](pull.model);
    case 'done':
      return words.done(pull.model);
    case 'stopped':
      return words.stopped(pull.model);
    case 'failed':
      return words.failed(pull.model);
    default:
      return pull satisfies never;
  }
}

/** Elsewhere the reason means that a model is not installed. */
function reasonOf(problem: Problem): string {
  return problem.reason === 'MODEL_NOT_FOUND' ? texts.settings.models.notInLibrary : problemText(problem);
}
