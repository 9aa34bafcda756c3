import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRooms } from './rooms.ts';

const SNAPSHOT = { present: ['me'], typing: [], readMarks: [], draft: null };

function setUp() {
  const handlers = new Map<string, (payload: never) => void>();
  const emitted: string[] = [];
  const answers: ((snapshot: object) => void)[] = [];
  const onDraft = vi.fn();
  const rooms = createRooms({
    connection: {
      async emit(event, payload, schema) {
        emitted.push(`${event} ${(payload as { conversationId: string }).conversationId}`);
        if (event !== 'conversation:open') return schema.parse({});
        return schema.parse(await new Promise<object>((resolve) => answers.push(resolve)));
      },
      on: (event, _schema, handler) => void handlers.set(event, handler),
    },
    userId: 'me',
    onDraft,
    onClosed: () => {},
  });
  async function answer(snapshot: object): Promise<void> {
    answers.shift()?.({ ...SNAPSHOT, ...snapshot });
    await vi.advanceTimersByTimeAsync(0);
  }
  const hear = (event: string, payload: object) => handlers.get(event)?.(payload as never);
  return { rooms, emitted, answer, hear, onDraft, state: () => rooms.state('c1').get() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a room', () => {
  it('is as the server says, and as the events say that came while the answer was on its way', async () => {
    const { rooms, answer, hear, state, onDraft } = setUp();
    rooms.enter('c1');
    hear('presence', { conversationId: 'c1', userId: 'grace', present: true });
    hear('presence', { conversationId: 'c1', userId: 'alan', present: false });
    hear('read', { conversationId: 'c1', userId: 'grace', messageId: 'm3' });
    await answer({
      present: ['me', 'alan'],
      readMarks: [
        { conversationId: 'c1', userId: 'grace', messageId: 'm2' },
        { conversationId: 'c1', userId: 'me', messageId: 'm1' },
      ],
      draft: { conversationId: 'c1', text: 'Hello', version: 4 },
    });
    expect(state()).toMatchObject({ isOpen: true, present: new Set(['me', 'grace']), readBefore: 'm1' });
    expect(state().readMarks).toEqual(new Map(Object.entries({ grace: 'm3', me: 'm1' })));
    expect(onDraft).toHaveBeenCalledExactlyOnceWith({ conversationId: 'c1', text: 'Hello', version: 4 });
  });

  it('forgets who types when nothing is heard of them, and never shows oneself', async () => {
    const { rooms, answer, hear, state } = setUp();
    rooms.enter('c1');
    await answer({ typing: ['grace', 'me'] });
    hear('typing', { conversationId: 'c1', userId: 'alan', typing: true });
    expect(state().typing).toEqual(new Set(['grace', 'alan']));
    hear('typing', { conversationId: 'c1', userId: 'alan', typing: false });
    expect(state().typing).toEqual(new Set(['grace']));
    await vi.advanceTimersByTimeAsync(8000);
    expect(state().typing).toEqual(new Set());
  });

  it('is entered again on a new connection, where the line of what is new stays, and left once nobody shows it', async () => {
    const { rooms, emitted, answer, hear, state } = setUp();
    const leave = rooms.enter('c1');
    await answer({ readMarks: [{ conversationId: 'c1', userId: 'me', messageId: 'm1' }] });
    rooms.restart();
    await answer({ readMarks: [{ conversationId: 'c1', userId: 'me', messageId: 'm9' }] });
    expect(state().readBefore).toBe('m1');
    expect(rooms.onScreen()).toBe('c1');
    leave();
    hear('presence', { conversationId: 'c1', userId: 'grace', present: true });
    expect([rooms.onScreen(), state().present]).toEqual([undefined, new Set()]);
    expect(emitted).toEqual(['conversation:open c1', 'conversation:open c1', 'conversation:close c1']);
  });
});
