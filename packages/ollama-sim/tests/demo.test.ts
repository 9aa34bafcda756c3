import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChatMessage, type OllamaSim, startOllamaSim } from '../src/index.ts';
import { collectLines, postChat, textOf } from './client.ts';

let sim: OllamaSim;
beforeAll(async () => {
  sim = await startOllamaSim({ demoRatePerSecond: 0 });
});
afterAll(() => sim.close());

async function ask(messages: readonly ChatMessage[]): Promise<string> {
  return textOf(await collectLines(await postChat(sim, { model: 'demo', messages })));
}

/** Asks within a conversation that has begun, where the notice is not repeated. */
function askLater(...said: readonly string[]): Promise<string> {
  const earlier = ['Hello', ...said.slice(0, -1)].flatMap((content) => [
    { role: 'user', content },
    { role: 'assistant', content: 'Hello!' },
  ]);
  return ask([...earlier, { role: 'user', content: said.at(-1) ?? '' }]);
}

describe('the demo model', () => {
  it('says in its first reply, and only there, that it is a demo and how to get a real model', async () => {
    const first = await ask([{ role: 'user', content: 'Hello' }]);
    expect(first).toMatch(/not a language model/);
    expect(first).toContain('https://ollama.com');
    expect(first).toContain('ollama pull llama3.2');
    expect(first).toContain('npm start');
    expect(await askLater('Hello')).not.toContain('language model');
  });

  it.each([
    ['What is 12*7?', '= **84**'],
    ['12 times 7', '= **84**'],
    ['calculate (3 + 4) * 2 ^ 3', '= **56**'],
    ['what is 0.1 + 0.2', '= **0.3**'],
    ['-2^2', '= **-4**'],
    ['1/0', 'no finite answer'],
    ['hi there', 'Hello!'],
    ['Thanks a lot', 'You are welcome'],
    ['Who are you?', 'demo model'],
    ['help', 'what time is it'],
    ['What time is it?', 'in UTC'],
    ['repeat after me: one two', 'one two'],
    ['Summarise: One thing. Another thing. The end.', '- The end.'],
    ['write a python function', '```python'],
    ['show me some SQL code', '```sql'],
    ['make a table', '|---|'],
    ['give me a list', '1. Send'],
    ['how does this work?', 'stored'],
    ['Is the moon made of cheese?', '> Is the moon made of cheese?'],
    ['', 'empty message'],
    ['what is (1+', '> what is (1+'],
  ])('answers %j', async (question, part) => {
    expect(await askLater(question)).toContain(part);
  });

  it('tells a long story in many paragraphs', async () => {
    const story = await askLater('Tell me a long story');
    expect(story.split('\n\n').length).toBeGreaterThan(10);
    expect(story.length).toBeGreaterThan(4000);
  });

  it('remembers the name that it was told in this conversation', async () => {
    expect(await askLater('My name is Ada', 'What is my name?')).toContain('Ada');
    expect(await askLater('What is my name?')).toContain('not told me');
  });

  it('gives the same messages the same reply, wherever it is continued', async () => {
    const messages = [{ role: 'user', content: 'Tell me a long story' }];
    const whole = await ask(messages);
    for (const end of [1, 17, 500, whole.length - 1]) {
      const part = whole.slice(0, end);
      expect(part + (await ask([...messages, { role: 'assistant', content: part }]))).toBe(whole);
    }
  });

  it.each([
    ['What is the capital of France?', 'Capital of France'],
    ['Please write a python function that sorts a list of numbers', 'Python function that sorts a list'],
    ['User: can you explain **closures** in JavaScript?\nAssistant: Sure!', 'Closures in JavaScript'],
    ['hello', 'Hello'],
    ['!!!', 'New conversation'],
    ['', 'New conversation'],
    [`${'x'.repeat(500)}`, `X${'x'.repeat(59)}`],
  ])('writes a short title for %j when the system asks for one', async (content, title) => {
    const messages = [
      { role: 'system', content: 'Write a short title for the conversation. Answer with the title only.' },
      { role: 'user', content },
      { role: 'assistant', content: 'Sure!' },
      { role: 'user', content: 'Title:' },
    ];
    expect(await ask(messages)).toBe(title);
  });

  it.each([
    ['what ', [{ role: 'user', content: '' }]],
    [
      '\n',
      [
        { role: 'system', content: 'A title, please.' },
        { role: 'user', content: '' },
      ],
    ],
    [
      'explain, a ',
      [
        { role: 'system', content: 'A title, please.' },
        { role: 'user', content: '' },
      ],
    ],
  ])('answers a message of 1 MB of %j without stalling', async (unit, messages) => {
    const content = unit.repeat(1_000_000 / unit.length);
    const startMs = performance.now();
    await ask(messages.map((message) => (message.role === 'user' ? { ...message, content } : message)));
    // A pattern that looks at all of it needs minutes.
    expect(performance.now() - startMs).toBeLessThan(30_000);
  });

  it('streams about 30 tokens a second unless told otherwise', async () => {
    await using paced = await startOllamaSim();
    const startMs = performance.now();
    const response = await postChat(paced, { model: 'demo', options: { num_predict: 10 } });
    const lines = await collectLines(response);
    expect(lines.at(-1)?.eval_count).toBe(10);
    // Nine intervals to the tenth token, and one to the end.
    expect(performance.now() - startMs).toBeGreaterThan(320);
  });
});
