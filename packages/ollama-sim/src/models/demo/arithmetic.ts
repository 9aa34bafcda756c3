const CHARACTERS_MAX = 200;
const LEAD_IN = /^\s*(?:please\s+)?(?:what(?:'s|\s+is)|how\s+much\s+is|calculate|compute|solve|evaluate)?\s*/i;
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:times|multiplied\s+by)\b|×|(?<=\d)\s*x\s*(?=\d)/gi, '*'],
  [/\bdivided\s+by\b|÷/gi, '/'],
  [/\bplus\b/gi, '+'],
  [/\bminus\b|−/gi, '-'],
  [/\bto\s+the\s+power\s+of\b|\*\*/gi, '^'],
];

export interface Calculation {
  /** The expression as it was understood. */
  readonly expression: string;
  /** Not finite when there is no answer, as for a division by zero. */
  readonly value: number;
}

/** Finds a calculation such as "What is 12*7?" that is all a message asks for; undefined when it asks for something else. */
export function calculate(message: string): Calculation | undefined {
  if (message.length > CHARACTERS_MAX) {
    return undefined;
  }
  const plain = WORDS.reduce((text, [word, sign]) => text.replace(word, sign), message.replace(LEAD_IN, ''));
  const expression = plain.replace(/[\s?=.!]+$/, '').replace(/\s+/g, ' ');
  if (!/\d/.test(expression) || !/[+\-*/^]/.test(expression) || !/^[\d\s.()+\-*/^]+$/.test(expression)) {
    return undefined;
  }
  const value = new ExpressionParser(expression.match(/\d+(?:\.\d+)?|[()+\-*/^]/g) ?? []).parse();
  return value === undefined ? undefined : { expression, value };
}

/** A recursive descent over sums, products, powers and signs; every method returns undefined for what is no expression. */
class ExpressionParser {
  readonly #tokens: readonly string[];
  #index = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): number | undefined {
    const value = this.#sum();
    return this.#index === this.#tokens.length ? value : undefined;
  }

  #sum(): number | undefined {
    let value = this.#product();
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) {
      const right = this.#product();
      value = combine(value, right, (a, b) => (sign === '+' ? a + b : a - b));
    }
    return value;
  }

  #product(): number | undefined {
    let value = this.#power();
    for (let sign = this.#take('*', '/'); sign !== undefined; sign = this.#take('*', '/')) {
      const right = this.#power();
      value = combine(value, right, (a, b) => (sign === '*' ? a * b : a / b));
    }
    return value;
  }

  #power(): number | undefined {
    if (this.#take('-') !== undefined) {
      return combine(0, this.#power(), (a, b) => a - b);
    }
    const base = this.#atom();
    return this.#take('^') === undefined ? base : combine(base, this.#power(), (a, b) => a ** b);
  }

  #atom(): number | undefined {
    if (this.#take('(') !== undefined) {
      const value = this.#sum();
      return this.#take(')') === undefined ? undefined : value;
    }
    const token = this.#tokens[this.#index];
    if (token === undefined || !/^\d/.test(token)) {
      return undefined;
    }
    this.#index += 1;
    return Number(token);
  }

  #take(...wanted: readonly string[]): string | undefined {
    const token = this.#tokens[this.#index];
    if (token === undefined || !wanted.includes(token)) {
      return undefined;
    }
    this.#index += 1;
    return token;
  }
}

function combine(
  left: number | undefined,
  right: number | undefined,
  operation: (left: number, right: number) => number,
): number | undefined {
  return left === undefined || right === undefined ? undefined : operation(left, right);
}
