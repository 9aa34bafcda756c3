import { Code, Workflow } from 'lucide-react';
import { type ReactNode, use, useEffect, useState } from 'react';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Diagram, useDrawing } from './diagram.tsx';
import { GrowingContext } from './growing-context.ts';

/** Longer code stays plain: colouring it would hold up the page. */
const COLOURED_LENGTH_MAX = 50_000;
/** More lines than this are folded, unless one has seen them being written. */
const LINES_SHOWN_MAX = 30;
/** How many lines of folded code stay in sight. */
const LINES_FOLDED = 18;

export type CodeBlockProps = { code: string; language: string | undefined };

/** A code block with its language and a copy button; a diagram where it describes one. It is coloured once complete. */
export function CodeBlock({ code, language }: CodeBlockProps) {
  const isGrowing = use(GrowingContext);
  const drawing = useDrawing(code, { isWanted: language === 'mermaid' && !isGrowing });
  const [isCodeWanted, setCodeWanted] = useState(false);
  const isDrawn = drawing !== undefined && !isCodeWanted;
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-code">
      <figcaption className="flex h-9 items-center gap-1 pr-1 pl-4 text-2xs text-ink-faint">
        <span className="flex-1 font-mono">{language ?? texts.markdown.plainCode}</span>
        {drawing !== undefined && (
          <IconButton
            label={isDrawn ? texts.markdown.showCode : texts.markdown.showDiagram}
            onClick={() => setCodeWanted(isDrawn)}
          >
            {isDrawn ? <Code size={16} aria-hidden /> : <Workflow size={16} aria-hidden />}
          </IconButton>
        )}
        <CopyButton text={() => code} label={texts.markdown.copyCode} />
      </figcaption>
      {isDrawn ? (
        <div className="px-4 pb-4">
          <Diagram drawing={drawing} />
        </div>
      ) : (
        <FoldingCode code={code} language={language} isGrowing={isGrowing} />
      )}
    </figure>
  );
}

function FoldingCode({ code, language, isGrowing }: CodeBlockProps & { isGrowing: boolean }) {
  // What has been read while it came does not jump away when it is complete.
  const [isOpen, setOpen] = useState(isGrowing);
  const colours = useColours({ code, language, isWanted: !isGrowing && code.length <= COLOURED_LENGTH_MAX });
  const lineCount = code.split('\n').length;
  const isFolded = !isOpen && lineCount > LINES_SHOWN_MAX;
  return (
    <>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
        tabIndex={0}
        className={`overflow-x-auto px-4 pb-3.5 font-mono text-[0.8438rem] leading-relaxed whitespace-pre focus-visible:-outline-offset-2 ${isFolded ? 'overflow-y-hidden' : ''}`}
        style={isFolded ? { maxHeight: `${LINES_FOLDED}lh` } : undefined}
      >
        <code>{colours ?? code}</code>
      </pre>
      {lineCount > LINES_SHOWN_MAX && (
        <button
          type="button"
          aria-expanded={!isFolded}
          onClick={() => setOpen(isFolded)}
          className="flex h-10 w-full items-center justify-center border-t border-line text-xs font-medium text-ink-soft hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
        >
          {isFolded ? texts.markdown.showLines(lineCount) : texts.markdown.foldLines}
        </button>
      )}
    </>
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
