import katex from 'katex';
import 'katex/dist/katex.min.css';
import type { FormulaProps } from './formula.tsx';

/**
 * Puts a formula into an element; false when it is none. KaTeX makes the nodes itself, no HTML is parsed, and without
 * `trust` it makes no links, no images and no attributes that a formula asks for.
 */
export function typeset(element: HTMLElement, { source, isDisplay }: FormulaProps): boolean {
  try {
    katex.render(source, element, {
      displayMode: isDisplay,
      trust: false,
      strict: 'ignore',
      maxSize: 20,
      maxExpand: 200,
    });
    return true;
  } catch {
    return false;
  }
}
