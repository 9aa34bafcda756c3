import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { Wordmark } from '../ui/wordmark.tsx';

/** What is there before anything else is. */
export function StartPage({ isUnreachable, onRetry }: { isUnreachable: boolean; onRetry: () => Promise<unknown> }) {
  return (
    <main className="grid h-full place-content-center justify-items-center gap-5 p-6 text-center">
      <Wordmark />
      {isUnreachable ? (
        <div role="alert" className="grid justify-items-center gap-2">
          <h1 className="text-base font-semibold">{texts.start.unreachableTitle}</h1>
          <p className="text-sm text-ink-soft">{texts.start.unreachable}</p>
          <Button className="mt-2" onClick={() => void onRetry()}>
            {texts.tryAgain}
          </Button>
        </div>
      ) : (
        <Spinner />
      )}
    </main>
  );
}
