import { lazy, Suspense } from 'react';

const Markdown = lazy(async () => ({ default: (await import('../markdown/markdown.tsx')).Markdown }));

/** A reply; its plain text until the Markdown renderer has been loaded. */
export function LazyMarkdown(props: { text: string; isGrowing: boolean }) {
  return (
    <Suspense fallback={<div className="prose whitespace-pre-wrap">{props.text}</div>}>
      <Markdown {...props} />
    </Suspense>
  );
}
