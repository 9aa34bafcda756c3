import type { ChatMessage, Fault, ScriptedModelConfig } from './model.ts';

const PREFIX = 'sim-';
const FAULT_KINDS = ['reset', 'close', 'error', 'hang'] as const;
const KEYS = new Set(['tokens', 'rate', 'delay', 'load', 'gate', 'split', 'times', 'status', ...FAULT_KINDS]);

/**
 * Reads a script out of a model name, so that a process that shares no memory with the server can order one:
 * `sim-` and then, joined by dashes, `echo` and words with a number after them (README.md lists them), for example
 * `sim-tokens200-rate20-reset50`. A tag is ignored. Returns undefined for a name outside the scheme.
 */
export function parseScriptName(name: string): ScriptedModelConfig | undefined {
  const [base = ''] = name.split(':');
  if (!base.startsWith(PREFIX)) {
    return undefined;
  }
  const words = base.slice(PREFIX.length).split('-');
  const numbers = readNumbers(words.filter((word) => word !== 'echo'));
  if (numbers === undefined) {
    return undefined;
  }
  const fault = readFault(numbers);
  return {
    kind: 'scripted',
    tokens: numbers.get('tokens') ?? 100,
    ratePerSecond: numbers.get('rate') ?? 0,
    firstTokenDelayMs: numbers.get('delay') ?? 0,
    loadDelayMs: numbers.get('load') ?? 0,
    gateAfterTokens: numbers.get('gate') ?? Number.POSITIVE_INFINITY,
    ...(numbers.has('split') ? { codePointsPerToken: Math.max(1, numbers.get('split') ?? 1) } : {}),
    ...(fault === undefined ? {} : { fault }),
    ...(words.includes('echo') ? { reply: lastUserContent } : {}),
  };
}

function readNumbers(words: readonly string[]): Map<string, number> | undefined {
  const numbers = new Map<string, number>();
  for (const word of words) {
    const [, key = '', digits = ''] = /^([a-z]+)(\d{1,9})$/.exec(word) ?? [];
    if (!KEYS.has(key) || numbers.has(key)) {
      return undefined;
    }
    numbers.set(key, Number(digits));
  }
  return numbers;
}

function readFault(numbers: ReadonlyMap<string, number>): Fault | undefined {
  const times = numbers.get('times');
  const limit = times === undefined ? {} : { times };
  const status = numbers.get('status');
  if (status !== undefined && status >= 400 && status <= 599) {
    return { kind: 'status', status, ...limit };
  }
  for (const kind of FAULT_KINDS) {
    const afterTokens = numbers.get(kind);
    if (afterTokens !== undefined) {
      return { kind, afterTokens, ...limit };
    }
  }
  return undefined;
}

function lastUserContent(messages: readonly ChatMessage[]): string {
  return messages.findLast((message) => message.role === 'user')?.content ?? '';
}
