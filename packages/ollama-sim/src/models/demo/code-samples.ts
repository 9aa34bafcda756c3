const SAMPLES: Readonly<Record<string, string>> = {
  python: `def greet(name: str) -> str:
    """Return a greeting."""
    return f"Hello, {name}!"


for name in ["Ada", "Grace", "Linus"]:
    print(greet(name))`,
  typescript: `interface Greeting {
  readonly name: string;
}

export function greet({ name }: Greeting): string {
  return \`Hello, \${name}!\`;
}

for (const name of ['Ada', 'Grace', 'Linus']) {
  console.log(greet({ name }));
}`,
  javascript: `export function greet(name) {
  return \`Hello, \${name}!\`;
}

for (const name of ['Ada', 'Grace', 'Linus']) {
  console.log(greet(name));
}`,
  sql: `SELECT author, count(*) AS messages
FROM messages
WHERE created_at >= now() - interval '7 days'
GROUP BY author
ORDER BY messages DESC
LIMIT 10;`,
  bash: `#!/usr/bin/env bash
set -euo pipefail

for name in Ada Grace Linus; do
  echo "Hello, $name!"
done`,
};

/** Returns a fenced sample in the language that the question names, else in JavaScript. */
export function codeSample(question: string): string {
  const asked = question.toLowerCase();
  const language = Object.keys(SAMPLES).find((name) => asked.includes(name)) ?? 'javascript';
  return [
    `Here is a small ${language} sample. The demo has one for each of ${Object.keys(SAMPLES).join(', ')}:`,
    `\`\`\`${language}\n${SAMPLES[language]}\n\`\`\``,
    'The block has a language, so the page can highlight it and offer to copy it.',
  ].join('\n\n');
}
