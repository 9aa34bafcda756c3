import type { ComponentProps } from 'react';
import type { Components } from 'react-markdown';
import { texts } from '../texts.ts';
import { CodeBlock } from './code-block.tsx';
import { Formula } from './formula.tsx';
import { safeHref } from './links.ts';
import { readCode } from './read-code.ts';

/** How each Markdown element is rendered. Headings begin below those of the page. */
export const elements: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  // Fetching an image would tell its server who reads this, and could carry words of the conversation away.
  img: ({ src, alt }) => (
    <SafeLink href={typeof src === 'string' ? src : undefined}>{texts.markdown.image(alt ?? '')}</SafeLink>
  ),
  pre: ({ node }) => {
    const { code, language, isFormula } = readCode(node);
    return isFormula ? <Formula source={code} isDisplay /> : <CodeBlock code={code} language={language} />;
  },
  code: ({ className, children }) =>
    className?.includes('math-inline') ? (
      <Formula source={String(children)} isDisplay={false} />
    ) : (
      <code>{children}</code>
    ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <div className="overflow-x-auto" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <TaskMark isDone={checked === true} />,
  h1: ({ children }) => <h3 className="text-[1.375em]">{children}</h3>,
  h2: ({ children }) => <h3 className="text-[1.2em]">{children}</h3>,
  h3: ({ children }) => <h4 className="text-[1.075em]">{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  h6: ({ children }) => <h6>{children}</h6>,
};

function SafeLink({ href, children }: ComponentProps<'a'>) {
  const safe = safeHref(href);
  if (safe === undefined) return <span>{children}</span>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow" title={safe}>
      {children}
      <span className="sr-only"> {texts.markdown.opensNewTab}</span>
    </a>
  );
}

function TaskMark({ isDone }: { isDone: boolean }) {
  return (
    <>
      <span aria-hidden className="mr-1 text-accent">
        {isDone ? '☑' : '☐'}
      </span>
      <span className="sr-only">{isDone ? texts.markdown.taskDone : texts.markdown.taskOpen}: </span>
    </>
  );
}
