import { useEffect, useRef, useState } from 'react';
import type { Message } from '../api/schemas.ts';
import { isRunning } from '../live/branch.ts';
import { nextSentences, plainWords } from '../live/sentences.ts';
import { useServices } from '../shell/services.tsx';
import { texts } from '../texts.ts';

const INTERVAL_MS = 1500;
const CLEAR_AFTER_MS = 5000;
/** Earlier lines may go: a live region is read when something is added. */
const LINES_KEPT_COUNT = 4;

type Line = { id: number; text: string };

/** Has a screen reader say that a reply begins, its complete sentences as they come, and how it ends. */
export function Announcer({ reply }: { reply: Message | undefined }) {
  const { generations } = useServices().live;
  const [lines, setLines] = useState<readonly Line[]>([]);
  // What was there before this page was opened is not read out.
  const heardLength = useRef(0);
  heardLength.current = reply?.content.length ?? 0;
  const generationId = reply !== undefined && isRunning(reply) ? reply.generationId : undefined;

  useEffect(() => {
    if (generationId === undefined) return;
    let offset = heardLength.current;
    const say = (text: string) => {
      if (text === '') return;
      setLines((before) => [...before.slice(1 - LINES_KEPT_COUNT), { id: (before.at(-1)?.id ?? 0) + 1, text }]);
    };
    const readOn = () => {
      const next = nextSentences(generations.shown(generationId)?.text ?? '', offset);
      offset = next.offset;
      say(next.spoken);
    };
    say(texts.announce.started);
    const timer = setInterval(readOn, INTERVAL_MS);
    return () => {
      clearInterval(timer);
      const state = generations.shown(generationId);
      if (state?.end === undefined) return;
      say(plainWords(state.text.slice(offset)));
      say(texts.announce.ends[state.end.status]);
    };
  }, [generationId, generations]);

  // What has been read out does not stay behind as a second copy of the reply.
  useEffect(() => {
    if (generationId !== undefined || lines.length === 0) return;
    const timer = setTimeout(() => setLines([]), CLEAR_AFTER_MS);
    return () => clearTimeout(timer);
  }, [generationId, lines]);

  return (
    <div aria-live="polite" aria-relevant="additions" className="sr-only">
      {lines.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
