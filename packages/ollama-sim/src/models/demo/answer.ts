import type { ChatMessage } from '../model.ts';
import { calculate } from './arithmetic.ts';
import { codeSample } from './code-samples.ts';
import { EXPLANATION, HELP, LIST, STORY, TABLE } from './texts.ts';

// Patterns look no further than this, because some need quadratic time on a text that is made for it.
const CHARACTERS_MATCHED_MAX = 2000;

interface Question {
  /** What the user said last. */
  readonly text: string;
  /** What the user said before, oldest first. */
  readonly earlier: readonly string[];
}

type Rule = (question: Question) => string | undefined;

/** Asked in this order; the first that has an answer gives it. */
const RULES: readonly Rule[] = [
  answerCalculation,
  answerRepeat,
  answerName,
  answerSummary,
  when(/\b(?:what|which|current|today'?s?)\b.*\b(?:time|date|day)\b/i, () => `It is, in UTC, ${utcMinute()}.`),
  when(/\b(?:long|short|bedtime)?\s*stor(?:y|ies)\b|\btale\b|\bessay\b/i, () => STORY),
  when(/\b(?:table|compare|comparison)\b/i, () => TABLE),
  when(/\b(?:list|bullet|steps|checklist)\b/i, () => LIST),
  when(/\b(?:code|function|program|script|snippet|javascript|typescript|python|sql|bash)\b/i, codeSample),
  when(/\b(?:how (?:does|do) (?:this|it|you)|in detail|explain|long)\b/i, () => EXPLANATION),
  when(
    /\b(?:who|what) are you\b|\byour name\b|\bare you (?:a|an|real|human|chatgpt)\b/i,
    () =>
      'I am the demo model of this chat system: a few dozen lines of rules, no neural network, no knowledge. ' +
      'I am here so that you can try everything around a model (streaming, stopping, reloading, history) before you have one.',
  ),
  when(/\b(?:help|what can you do|commands)\b/i, () => HELP),
  when(/\b(?:thanks|thank you|thx|cheers)\b/i, () => 'You are welcome! Is there anything else you would like to try?'),
  when(
    /\b(?:bye|goodbye|see you|good night)\b/i,
    () => 'Goodbye! This conversation stays in your list; come back any time.',
  ),
  when(
    /^\W*(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening)|hola|bonjour|hallo|ciao)\b/i,
    () => 'Hello! Nice to meet you. Ask me what I can do, give me a sum such as `12 * 7`, or ask for a long story.',
  ),
];

/** Answers the last thing that the user said. */
export function answer(messages: readonly ChatMessage[]): string {
  const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content.trim());
  const question: Question = { text: said.at(-1) ?? '', earlier: said.slice(0, -1) };
  for (const rule of RULES) {
    const text = rule(question);
    if (text !== undefined) {
      return text;
    }
  }
  return answerAnythingElse(question);
}

function when(pattern: RegExp, reply: (text: string) => string): Rule {
  return ({ text }) => {
    const beginning = text.slice(0, CHARACTERS_MATCHED_MAX);
    return pattern.test(beginning) ? reply(beginning) : undefined;
  };
}

function answerCalculation({ text }: Question): string | undefined {
  const calculation = calculate(text);
  if (calculation === undefined) {
    return undefined;
  }
  const { expression, value } = calculation;
  return Number.isFinite(value)
    ? `\`${expression}\` = **${Number(value.toPrecision(12))}**`
    : `\`${expression}\` has no finite answer.`;
}

function answerRepeat({ text }: Question): string | undefined {
  const [, rest] = /^(?:please\s+)?(?:repeat|echo|say)(?:\s+after\s+me)?\s*:?\s+([\s\S]+)$/i.exec(text) ?? [];
  return rest;
}

function answerName({ text, earlier }: Question): string | undefined {
  const introduction = /\b(?:my name is|call me)\s+([\p{L}'-]{1,40})/iu;
  const [, name] = introduction.exec(text) ?? [];
  if (name !== undefined) {
    return `Nice to meet you, ${name}! I will remember that for this conversation.`;
  }
  if (!/\b(?:what(?:'s| is) my name|who am i)\b/i.test(text)) {
    return undefined;
  }
  const known = earlier.findLast((said) => introduction.test(said));
  const [, knownName] = introduction.exec(known ?? '') ?? [];
  return knownName === undefined ? 'You have not told me your name yet.' : `Your name is ${knownName}.`;
}

function answerSummary({ text }: Question): string | undefined {
  const [, body] = /^(?:please\s+)?summari[sz]e\b[^:\n]*[:\n]\s*([\s\S]+)$/i.exec(text) ?? [];
  if (body === undefined) {
    return undefined;
  }
  const sentences = body.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.trim() !== '');
  const wordCount = body.split(/\s+/).filter((word) => word !== '').length;
  const points = [sentences.at(0), ...(sentences.length > 1 ? [sentences.at(-1)] : [])];
  return [
    `In short (${sentences.length} ${sentences.length === 1 ? 'sentence' : 'sentences'}, ${wordCount} words):`,
    '',
    ...points.map((sentence) => `- ${sentence?.trim()}`),
  ].join('\n');
}

function answerAnythingElse({ text, earlier }: Question): string {
  const shown = Array.from(text.replace(/\s+/g, ' '));
  const quoted = shown.length > 200 ? `${shown.slice(0, 200).join('')}…` : shown.join('');
  const count = earlier.length + 1;
  return [
    quoted === '' ? 'You sent an empty message.' : `You wrote:\n\n> ${quoted}`,
    `That is message number ${count} of yours here. A real model would answer it; the demo has no rule for it.`,
    'Ask "what can you do?" for what it does have.',
  ].join('\n\n');
}

/**
 * The time to the minute. It stands at the very end of its reply, so that a reply which is continued later still begins
 * with what the client has.
 */
function utcMinute(): string {
  const now = new Date().toISOString();
  return `${now.slice(0, 10)}, ${now.slice(11, 16)}`;
}
