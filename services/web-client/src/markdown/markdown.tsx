import { memo, useMemo, useRef } from 'react';
import ReactMarkdown, { type Options } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remend from 'remend';
import { NO_TEXT, type SplitText, splitBlocks } from './blocks.ts';
import { elements } from './elements.tsx';
import { GrowingContext } from './growing-context.ts';
import { showHtmlAsText } from './html-as-text.ts';
import { markMath } from './math-marks.ts';

/*
 * What a model writes is hostile. Three layers, each of which would do alone: raw HTML is never parsed but shown as
 * the text that it is, the tree is sanitised to a list of known elements and addresses, and the elements
 * that could fetch or navigate are our own: an image becomes a link, a link opens elsewhere and tells nothing of us.
 */
const options: Readonly<Options> = {
  remarkPlugins: [remarkGfm, [remarkMath, { singleDollarTextMath: false }], showHtmlAsText],
  rehypePlugins: [
    [
      rehypeSanitize,
      {
        ...defaultSchema,
        // How remark-math marks formulas; what becomes of them is decided in elements.tsx.
        attributes: {
          ...defaultSchema.attributes,
          code: [['className', /^language-./, 'math-inline', 'math-display']],
        },
        protocols: { ...defaultSchema.protocols, href: ['http', 'https', 'mailto'], src: ['http', 'https'] },
      },
    ],
  ],
  components: elements,
};

/** Renders a reply. While it is being written, only its last blocks are parsed and rendered again. */
export const Markdown = memo(function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const split = useRef<SplitText>(NO_TEXT);
  const { blocks } = useMemo(() => {
    split.current = splitBlocks(text, split.current);
    return split.current;
  }, [text]);

  return (
    <div className="prose">
      {blocks.map((block, index) => (
        // A block keeps its place: text is only ever added at the end.
        // biome-ignore lint/suspicious/noArrayIndexKey: the index is the identity
        <Block key={index} text={block} isGrowing={isGrowing && index === blocks.length - 1} />
      ))}
    </div>
  );
});

const Block = memo(function Block({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  // Marks that are still open are closed for the moment, so that half a word in bold does not flicker.
  const markdown = markMath(isGrowing ? remend(text) : text);
  return (
    <div className="prose-block" data-growing={isGrowing || undefined}>
      <GrowingContext value={isGrowing}>
        <ReactMarkdown {...options}>{markdown}</ReactMarkdown>
      </GrowingContext>
    </div>
  );
});
