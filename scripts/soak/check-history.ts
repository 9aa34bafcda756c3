import type { FaultySystem } from '@chatbot/testkit';
import { Redis } from 'ioredis';
import { listMessages, readEvents, type StoredMessage } from './api.ts';
import type { Killed } from './faults.ts';
import type { AckedTurn, Person } from './person.ts';
import { frameSchema, Transcript } from './transcript.ts';

export type History = {
  system: FaultySystem;
  people: readonly Person[];
  killed: readonly Killed[];
  /** The whole reply of every model. */
  replyText: string;
};

/** Everything that may not have happened and has; empty when all promises were kept. */
export async function checkHistory(history: History): Promise<string[]> {
  const { system, people, killed } = history;
  const perPerson = await Promise.all(
    people.map((person) =>
      checkPerson(history, person).catch((error: unknown) => [`what is stored cannot be read: ${String(error)}`]),
    ),
  );
  return [...perPerson.flat(), ...(await checkRedis(system.redis.url)), ...checkExits(system, killed)];
}

async function checkPerson(history: History, person: Person): Promise<string[]> {
  const violations = [...person.violations];
  const conversations = new Map<string, StoredMessage[]>();
  for (const conversationId of new Set(person.turns.map((turn) => turn.conversationId))) {
    const messages = await listMessages({ ...access(history, person), conversationId });
    conversations.set(conversationId, messages);
    violations.push(...doubles(messages));
  }
  for (const turn of person.turns) {
    const messages = conversations.get(turn.conversationId) ?? [];
    violations.push(...(await checkTurn(history, { person, turn, messages })));
  }
  const stored = [...conversations.values()].flat();
  for (const content of person.unacked) {
    const count = stored.filter((message) => message.content === content).length;
    if (count > 1) violations.push(`"${content}" was never acknowledged and is stored ${count} times`);
  }
  return violations;
}

function doubles(messages: readonly StoredMessage[]): string[] {
  const contents = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  return [...new Set(contents)]
    .filter((content) => contents.filter((other) => other === content).length > 1)
    .map((content) => `"${content}" is stored more than once`);
}

async function checkTurn(
  history: History,
  { person, turn, messages }: { person: Person; turn: AckedTurn; messages: readonly StoredMessage[] },
): Promise<string[]> {
  const { generationId, action, content } = turn;
  const name = `the reply ${generationId} (${action})`;
  const asked = messages.filter(({ id }) => id === turn.userMessageId);
  const replies = messages.filter((message) => message.generationId === generationId);
  const [reply] = replies;
  if (asked.length !== 1) return [`the message of ${name} is stored ${asked.length} times`];
  if (reply === undefined || replies.length > 1) return [`${name} is stored ${replies.length} times`];
  const violations: string[] = [];
  if (content !== undefined && asked[0]?.content !== content)
    violations.push(`the message of ${name} has another text`);
  if (reply.id !== turn.assistantMessageId) violations.push(`${name} has another id than was acknowledged`);
  const expectedStop = person.stops.get(generationId);
  if (expectedStop !== undefined && expectedStop !== reply.status) {
    violations.push(`${name} is ${reply.status}, but its stop was answered with ${expectedStop}`);
  }
  violations.push(...checkText(reply, { name, replyText: history.replyText }));
  const late = new Transcript(generationId);
  for (const event of await readEvents({ ...access(history, person), generationId }))
    late.add(frameSchema.parse(event));
  const seen = person.devices.flatMap((device) => device.transcripts.get(generationId) ?? []);
  for (const transcript of [late, ...seen]) violations.push(...checkTranscript(transcript, { name, reply }));
  return violations;
}

/** A reply that ended well is the whole text of the model; any other one is its beginning. */
function checkText(reply: StoredMessage, { name, replyText }: { name: string; replyText: string }): string[] {
  const { status, content } = reply;
  switch (status) {
    case 'completed':
      return content === replyText ? [] : [`${name} is completed with the text "${content}"`];
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return replyText.startsWith(content) ? [] : [`${name} is ${status} with the text "${content}"`];
    default:
      return [`${name} is still ${status}`];
  }
}

function checkTranscript(transcript: Transcript, { name, reply }: { name: string; reply: StoredMessage }): string[] {
  const { end, text, violations } = transcript;
  const found = violations.map((violation) => `a reader of ${name}: ${violation}`);
  if (end === undefined) return [...found, `a reader of ${name} has seen no end`];
  if (end.status !== reply.status) found.push(`a reader of ${name} saw ${end.status}, stored is ${reply.status}`);
  if (text !== reply.content) found.push(`a reader of ${name} saw "${text}", stored is "${reply.content}"`);
  return found;
}

async function checkRedis(url: string): Promise<string[]> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    const violations: string[] = [];
    const waiting = await redis.zcard('gen:leases');
    if (waiting > 0) violations.push(`gen:leases still has ${waiting} generations`);
    for (const key of await redis.keys('*')) {
      // Streams of bounded length, which are read on after any pause.
      if (!key.startsWith('events:') && (await redis.pttl(key)) === -1)
        violations.push(`the Redis key ${key} never expires`);
    }
    return violations;
  } finally {
    redis.disconnect();
  }
}

/** Processes end when they are told to, and in the way they are told to. */
function checkExits(system: FaultySystem, killed: readonly Killed[]): string[] {
  const expected = killed.map(({ name, reason }) => `${name}: ${reason}`);
  return system.exits().flatMap(({ name, reason }) => {
    const index = expected.indexOf(`${name}: ${reason}`);
    if (index === -1) return [`the process ${name} ended with ${reason}`];
    expected.splice(index, 1);
    return [];
  });
}

function access({ system }: History, { accessToken }: Person) {
  return { gatewayUrl: system.url, accessToken };
}
