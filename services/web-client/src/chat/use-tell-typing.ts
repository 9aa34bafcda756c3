import { useEffect, useRef } from 'react';
import { useServices } from '../shell/services.tsx';

/** The server forgets after 6 s that somebody types, so it is told again before that. */
const AGAIN_MS = 4000;
/** Without a key for this long, somebody thinks rather than types. */
const IDLE_MS = 5000;

type TellTypingInput = { conversationId: string; isHeard: boolean };

/** Tells the others while somebody types. The returned function is given the text after every change. */
export function useTellTyping({ conversationId, isHeard }: TellTypingInput): (text: string) => void {
  const { live } = useServices();
  const toldAtMs = useRef<number>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  function stop(): void {
    clearTimeout(timer.current);
    if (toldAtMs.current === undefined) return;
    toldAtMs.current = undefined;
    live.setTyping(conversationId, false);
  }

  const latestStop = useRef(stop);
  useEffect(() => {
    latestStop.current = stop;
  });
  useEffect(() => () => latestStop.current(), []);

  return (text) => {
    if (!isHeard) return;
    if (text.trim() === '') return stop();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latestStop.current(), IDLE_MS);
    const nowMs = Date.now();
    if (toldAtMs.current !== undefined && nowMs - toldAtMs.current < AGAIN_MS) return;
    toldAtMs.current = nowMs;
    live.setTyping(conversationId, true);
  };
}
