import type { ReactNode } from 'react';
import { PageBar } from './page-bar.tsx';

/** A screen with a heading, which scrolls as a whole. */
export function Page({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageBar />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-3xl px-4 py-6 sm:px-6 md:py-10">
          <h1 className="font-serif text-display tracking-tight">{title}</h1>
          {lead !== undefined && <p className="mt-1.5 mb-8 text-ink-soft">{lead}</p>}
          {children}
        </div>
      </div>
    </main>
  );
}
