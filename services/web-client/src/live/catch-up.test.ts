import { describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../api/problem.ts';
import { type Changes, ProblemSchema } from '../api/schemas.ts';
import { createCatchUp } from './catch-up.ts';

function changes(cursor: string, rest: Partial<Changes> = {}): Changes {
  return { cursor, reset: false, conversations: [], removedIds: [], readMarks: [], drafts: [], messages: [], ...rest };
}

function refused(reason: string): ProblemError {
  return new ProblemError(ProblemSchema.parse({ title: reason, reason, status: 404 }));
}

function setUp(answers: readonly (Changes | ProblemError)[]) {
  const asked: object[] = [];
  const left = [...answers];
  const apply = vi.fn();
  const reload = vi.fn();
  const catchUp = createCatchUp({
    async sync(query) {
      asked.push(query);
      const answer = left.shift();
      if (answer === undefined || answer instanceof ProblemError) throw answer;
      return answer;
    },
    onScreen: () => 'c1',
    apply,
    reload,
  });
  return { asked, apply, reload, catchUp };
}

describe('catching up', () => {
  it('begins with a place and asks from it on, with the conversation on screen, reading nothing again', async () => {
    const { asked, apply, reload, catchUp } = setUp([changes('a', { reset: true }), changes('b'), changes('c')]);
    for (const _ of [1, 2, 3]) await catchUp.run();
    expect(asked).toEqual([{}, { cursor: 'a', conversationId: 'c1' }, { cursor: 'b', conversationId: 'c1' }]);
    expect(apply.mock.calls).toEqual([[changes('b')], [changes('c')]]);
    expect(reload).not.toHaveBeenCalled();
  });

  it('reads everything again when too much has changed, and goes on from there', async () => {
    const { asked, apply, reload, catchUp } = setUp([changes('a'), changes('b', { reset: true }), changes('c')]);
    for (const _ of [1, 2, 3]) await catchUp.run();
    expect(reload).toHaveBeenCalledTimes(1);
    expect(asked.at(-1)).toMatchObject({ cursor: 'b' });
    expect(apply).toHaveBeenCalledTimes(1);
  });

  it('leaves out the conversation on screen when it is gone, so that the answer tells of that', async () => {
    const gone = changes('b', { removedIds: ['c1'] });
    const { asked, apply, catchUp } = setUp([changes('a'), refused('RESOURCE_NOT_FOUND'), gone]);
    for (const _ of [1, 2]) await catchUp.run();
    expect(asked.at(-1)).toEqual({ cursor: 'a' });
    expect(apply).toHaveBeenCalledExactlyOnceWith(gone);
  });

  it('reads everything again after a failure, and keeps the cursor for the next time', async () => {
    const { asked, apply, reload, catchUp } = setUp([changes('a'), refused('UNAVAILABLE'), changes('b')]);
    for (const _ of [1, 2, 3]) await catchUp.run();
    expect(reload).toHaveBeenCalledTimes(1);
    expect(asked.at(-1)).toMatchObject({ cursor: 'a' });
    expect(apply).toHaveBeenCalledTimes(1);
  });

  it('asks once more for a call that came while an answer was awaited, and never twice at a time', async () => {
    const { asked, catchUp } = setUp([changes('a'), changes('b')]);
    await Promise.all([catchUp.run(), catchUp.run(), catchUp.run()]);
    expect(asked).toEqual([{}, { cursor: 'a', conversationId: 'c1' }]);
  });
});
