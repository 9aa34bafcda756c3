import { Component, type ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';

/** Shows a way out where rendering failed, instead of an empty page. */
export class CrashBoundary extends Component<{ children: ReactNode }, { hasCrashed: boolean }> {
  override state = { hasCrashed: false };

  static getDerivedStateFromError(): { hasCrashed: boolean } {
    return { hasCrashed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasCrashed) return this.props.children;
    return (
      <main className="grid h-full place-content-center justify-items-center gap-3 p-6 text-center">
        <h1 className="font-serif text-xl">{texts.crash.title}</h1>
        <p className="max-w-sm text-sm text-ink-soft">{texts.crash.body}</p>
        <Button look="primary" onClick={() => window.location.reload()}>
          {texts.crash.reload}
        </Button>
      </main>
    );
  }
}
