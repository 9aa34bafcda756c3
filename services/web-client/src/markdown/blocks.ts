import { Marked } from 'marked';

/** How many blocks at the end are read again when text is added: a list may swallow what looked like two blocks. */
const UNSETTLED_COUNT = 2;

/** A formula on lines of its own is one block, whatever its lines look like; one that is still open reaches to the end. */
const FORMULA = /^ {0,3}(?:\$\$[\s\S]*?(?:\$\$[ \t]*(?:\n+|$)|$)|\\\[[\s\S]*?(?:\\\][ \t]*(?:\n+|$)|$))/;

const reader = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'formula',
      level: 'block',
      start: (text) => text.match(/\n {0,3}(?:\$\$|\\\[)/)?.index,
      tokenizer(text) {
        const raw = FORMULA.exec(text)?.[0];
        return raw === undefined ? undefined : { type: 'formula', raw };
      },
    },
  ],
});

/** A text and its top-level Markdown blocks, whose concatenation it is. */
export type SplitText = Readonly<{ text: string; blocks: readonly string[] }>;

export const NO_TEXT: SplitText = { text: '', blocks: [] };

/**
 * Splits Markdown into its top-level blocks. Given the split of an earlier state of a growing text, only its last blocks
 * are read again, so that the cost of one more token does not grow with the text; and settled blocks stay the same
 * strings, so that nothing but the last ones has to be rendered.
 */
export function splitBlocks(text: string, before: SplitText = NO_TEXT): SplitText {
  if (text === before.text) return before;
  const isGrown = before.text !== '' && text.startsWith(before.text);
  const settled = isGrown ? before.blocks.slice(0, -UNSETTLED_COUNT) : [];
  const settledLength = settled.reduce((length, block) => length + block.length, 0);
  return { text, blocks: [...settled, ...readBlocks(text.slice(settledLength))] };
}

function readBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (const { raw, type } of reader.lexer(text)) {
    // Blank lines belong to the block before them.
    if (type === 'space' && blocks.length > 0) blocks.push((blocks.pop() ?? '') + raw);
    else blocks.push(raw);
  }
  // The lexer normalises line ends and tabs; where that changed the length, one block is the honest split.
  return blocks.join('') === text ? blocks : [text];
}
