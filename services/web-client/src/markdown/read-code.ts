import type { ExtraProps } from 'react-markdown';

type Element = NonNullable<ExtraProps['node']>;

/** The text of a pre > code element, the language of its fence, and whether it is a formula instead of code. */
export function readCode(node: Element | undefined): {
  code: string;
  language: string | undefined;
  isFormula: boolean;
} {
  const child = node?.children.find((candidate) => candidate.type === 'element');
  if (child === undefined) return { code: '', language: undefined, isFormula: false };
  const code = child.children.map((leaf) => (leaf.type === 'text' ? leaf.value : '')).join('');
  const { className } = child.properties;
  const names = Array.isArray(className) ? className.map(String) : [];
  const language = names.find((name) => name.startsWith('language-'))?.slice('language-'.length);
  const isFormula = names.includes('math-display') || language === 'math';
  return { code: code.replace(/\n$/, ''), language: language?.slice(0, 24), isFormula };
}
