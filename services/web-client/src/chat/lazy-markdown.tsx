import { lazy, Suspense } from 'react';

async function load() {
  return { default: (await import('../markdown/markdown.tsx')).Markdown };
}

// On its way before the first reply is. Should it fail, the first use tries again.
load().catch(() => {});
const Markdown = lazy(load);

/** A reply; its plain text until the Markdown renderer has been loaded. */
export function LazyMarkdown(props: { text: string; isGrowing: boolean }) {
  return (
    <Suspense fallback={<div className="prose whitespace-pre-wrap">{props.text}</div>}>
      <Markdown {...props} />
    </Suspense>
  );
}
