import { type ReactNode, use, useEffect, useState } from 'react';
import type { ExtraProps } from 'react-markdown';
import { texts } from '../texts.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { GrowingContext } from './growing-context.ts';

/** Longer code stays plain: colouring it would hold up the page. */
const COLOURED_LENGTH_MAX = 50_000;

type Element = NonNullable<ExtraProps['node']>;

/** A code block with its language and a copy button. It is coloured once it is complete. */
export function CodeBlock({ node }: { node: Element | undefined }) {
  const { code, language } = readCode(node);
  const isGrowing = use(GrowingContext);
  const colours = useColours({ code, language, isWanted: !isGrowing && code.length <= COLOURED_LENGTH_MAX });
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-code">
      <figcaption className="flex h-9 items-center justify-between pr-1 pl-4 text-2xs text-ink-faint">
        <span className="font-mono">{language ?? texts.markdown.plainCode}</span>
        <CopyButton text={() => code} label={texts.markdown.copyCode} />
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto px-4 pb-3.5 font-mono text-[0.8438rem] leading-relaxed whitespace-pre focus-visible:-outline-offset-2"
      >
        <code>{colours ?? code}</code>
      </pre>
    </figure>
  );
}

function useColours({
  code,
  language,
  isWanted,
}: {
  code: string;
  language: string | undefined;
  isWanted: boolean;
}): ReactNode {
  const [coloured, setColoured] = useState<{ code: string; node: ReactNode }>();

  useEffect(() => {
    if (!isWanted || language === undefined) return;
    let isCurrent = true;
    // Colours are a nicety: without the chunk, the code is as readable in one.
    void import('./highlight.ts')
      .then(({ highlight }) => isCurrent && setColoured({ code, node: highlight(code, language) }))
      .catch(() => {});
    return () => {
      isCurrent = false;
    };
  }, [code, language, isWanted]);

  return coloured?.code === code ? coloured.node : undefined;
}

/** The text of a pre > code element, and the language of its fence. */
function readCode(node: Element | undefined): { code: string; language: string | undefined } {
  const child = node?.children.find((candidate) => candidate.type === 'element');
  if (child === undefined) return { code: '', language: undefined };
  const code = child.children.map((leaf) => (leaf.type === 'text' ? leaf.value : '')).join('');
  const { className } = child.properties;
  const names = Array.isArray(className) ? className.map(String) : [];
  const language = names.find((name) => name.startsWith('language-'))?.slice('language-'.length);
  return { code: code.replace(/\n$/, ''), language: language?.slice(0, 24) };
}
