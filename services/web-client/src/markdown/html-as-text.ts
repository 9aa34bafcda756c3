/** The nodes of mdast whose children are blocks. */
const BLOCK_PARENTS: ReadonlySet<string> = new Set(['root', 'blockquote', 'listItem', 'footnoteDefinition']);

type MarkdownNode = { type: string; value?: string; children?: MarkdownNode[] };

/** A remark plugin: what a model wrote as raw HTML is shown as it was written, and never becomes elements. */
export function showHtmlAsText() {
  return rewrite;
}

function rewrite(node: MarkdownNode): void {
  for (const [index, child] of (node.children ?? []).entries()) {
    rewrite(child);
    if (child.type !== 'html') continue;
    const text = { type: 'text', value: child.value ?? '' };
    // Between blocks, text needs a paragraph around it.
    const isBlock = BLOCK_PARENTS.has(node.type);
    node.children?.splice(index, 1, isBlock ? { type: 'paragraph', children: [text] } : text);
  }
}
