import type { Conversation } from './conversation.ts';
import type { Message } from './message.ts';

export type ExportFormat = (typeof exportFormats)[number];
export const exportFormats = ['json', 'markdown', 'html'] as const;

/** How one conversation is written: `begin`, the messages with `separator` between them, `end`. */
export type ConversationWriter = {
  /** Whether it writes the tree, or one branch of it. */
  readonly scope: 'tree' | 'branch';
  begin(conversation: Conversation): string;
  message(message: Message): string;
  readonly separator: string;
  readonly end: string;
};

/** The beginning of a JSON export; its version counts the changes of the format that a reader has to know of. */
export function jsonDocumentBegin(exportedAt: Date): string {
  return `{"format":"chatbot.conversations","version":1,"exportedAt":${JSON.stringify(exportedAt)},"conversations":[`;
}

export const jsonDocumentEnd = ']}\n';

/** Everything that belongs to a conversation, with its whole tree. Reading it back gives the same again, with ids of its own. */
export const jsonWriter: ConversationWriter = {
  scope: 'tree',
  begin({ userId: _, members: __, deletedAt: ___, ...conversation }) {
    return `\n${JSON.stringify(conversation).slice(0, -1)},"messages":[\n`;
  },
  message({ conversationId: _, contentSeq: __, ...message }) {
    return JSON.stringify(message);
  },
  separator: ',\n',
  end: ']}',
};

export const markdownWriter: ConversationWriter = {
  scope: 'branch',
  begin: ({ title }) => `# ${oneLine(title)}\n\n`,
  message: ({ role, content, createdAt }) => `## ${speaker[role]} · ${readable(createdAt)}\n\n${content}\n`,
  separator: '\n---\n\n',
  end: '',
};

/** A page of its own: it loads nothing and runs nothing, and what people and models wrote is text in it and nothing else. */
export const htmlWriter: ConversationWriter = {
  scope: 'branch',
  begin: ({ title, createdAt }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
article { margin: 1.5rem 0; break-inside: avoid-page; }
h2 { font-size: 1rem; margin: 0; }
time { color: gray; font-size: 0.875rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0.25rem 0 0; }
.user { border-inline-start: 0.25rem solid; padding-inline-start: 1rem; }
@media print { body { margin: 0; max-width: none; } }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${time(createdAt)}</p>
`,
  message: ({ role, content, createdAt }) =>
    `<article class="${role}"><h2>${speaker[role]}</h2>${time(createdAt)}<pre>${escapeHtml(content)}</pre></article>`,
  separator: '\n',
  end: '\n</body>\n</html>\n',
};

const speaker = { user: 'User', assistant: 'Assistant', system: 'System' } as const;

function time(at: Date): string {
  return `<time datetime="${at.toISOString()}">${readable(at)}</time>`;
}

function readable(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
