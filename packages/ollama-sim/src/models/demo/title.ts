import type { ChatMessage } from '../model.ts';

const WORDS_MAX = 6;
const CHARACTERS_MAX = 60;
const CHARACTERS_READ_MAX = 2000;
const LEAD_IN =
  /^(?:(?:please|hi|hello|hey|so|ok|okay|can|could|would|will|you|tell|show|give|write|explain|make|me|us|i|want|need|to|know|about|what|what's|whats|is|are|a|an|the|some)[\s,!.]+)+/i;

/** Makes a title of one to six words from the first thing that the user said. */
export function makeTitle(messages: readonly ChatMessage[]): string {
  const content = messages.find(({ role }) => role === 'user')?.content ?? '';
  const line = firstUserLine(content.slice(0, CHARACTERS_READ_MAX)).replace(/[*_`#>|[\](){}<"“”]+/g, ' ');
  const words = wordsOf(line.replace(LEAD_IN, ''));
  const chosen = (words.length > 0 ? words : wordsOf(line)).slice(0, WORDS_MAX);
  const title = trimToLength(chosen.join(' '), CHARACTERS_MAX).replace(/[\s.,;:!?-]+$/u, '');
  return title === '' ? 'New conversation' : title.charAt(0).toUpperCase() + title.slice(1);
}

/** Of a transcript, the first line of the user; of other texts, the first line with something on it. */
function firstUserLine(content: string): string {
  const [, spoken] = /^\s*(?:user|human)\s*:\s*(.+)$/im.exec(content) ?? [];
  return spoken ?? content.split('\n').find((line) => line.trim() !== '') ?? '';
}

function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function trimToLength(text: string, charactersMax: number): string {
  return Array.from(text).slice(0, charactersMax).join('');
}
