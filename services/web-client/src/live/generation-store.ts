import type { EndFrame, Frame } from '../api/schemas.ts';
import { adoptStored, applyFrame, type GenerationState, startGeneration } from './frames.ts';

/** Ended replies are kept this long in number, so that their text stays on screen until the stored message is read. */
const ENDED_KEPT_COUNT_MAX = 30;

export type GenerationStoreDeps = {
  /** Runs the callback before the next paint. */
  schedule: (callback: () => void) => void;
  /** Called when frames are missing; ask the server for those after lastSeq. */
  onGap: (gap: { generationId: string; lastSeq: number }) => void;
  /** Called once a reply, in the same turn in which its last text becomes visible. */
  onEnd: (end: EndFrame, state: GenerationState) => void;
};

export type GenerationStore = {
  /** Makes a reply known, or adopts stored text that reaches further than the frames so far. */
  begin: (known: { generationId: string; text: string; lastSeq: number }) => void;
  receive: (frame: Frame) => void;
  /** Stops showing new text, for the moment between a press on Stop and the end. */
  freeze: (generationId: string) => void;
  thaw: (generationId: string) => void;
  /** What is on screen: it changes at most once a frame of animation. */
  shown: (generationId: string) => GenerationState | undefined;
  /** The frame up to which everything has been received. */
  lastSeq: (generationId: string) => number;
  running: () => GenerationState[];
  subscribe: (generationId: string, listener: () => void) => () => void;
  clear: () => void;
};

/** Holds the replies that are being written. Frames change it at once; listeners hear of it once per scheduled flush. */
export function createGenerationStore(deps: GenerationStoreDeps): GenerationStore {
  const received = new Map<string, GenerationState>();
  const shown = new Map<string, GenerationState>();
  const frozen = new Set<string>();
  const dirty = new Set<string>();
  const listeners = new Map<string, Set<() => void>>();

  function put(state: GenerationState): void {
    received.set(state.generationId, state);
    if (dirty.size === 0) deps.schedule(flush);
    dirty.add(state.generationId);
  }

  function flush(): void {
    const ids = [...dirty];
    dirty.clear();
    for (const id of ids) show(id);
    prune();
  }

  function show(id: string): void {
    const state = received.get(id);
    if (state === undefined || (frozen.has(id) && state.end === undefined)) return;
    const hadEnded = shown.get(id)?.end !== undefined;
    shown.set(id, state);
    if (state.end !== undefined && !hadEnded) {
      frozen.delete(id);
      deps.onEnd(state.end, state);
    }
    for (const listener of listeners.get(id) ?? []) listener();
  }

  function prune(): void {
    const ended = [...shown.values()].filter((state) => state.end !== undefined && !listeners.has(state.generationId));
    for (const { generationId } of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT_COUNT_MAX))) {
      received.delete(generationId);
      shown.delete(generationId);
    }
  }

  return {
    begin(known) {
      const state = received.get(known.generationId);
      const next = state === undefined ? startGeneration(known) : adoptStored(state, known);
      if (next === state) return;
      received.set(next.generationId, next);
      // The stored text is on screen already, as the message's own; a flush would only show it late.
      if (!frozen.has(next.generationId)) shown.set(next.generationId, next);
      for (const listener of listeners.get(next.generationId) ?? []) listener();
    },
    receive(frame) {
      const { generationId } = frame;
      const before = received.get(generationId) ?? startGeneration({ generationId, text: '', lastSeq: 0 });
      const { state, outcome } = applyFrame(before, frame);
      if (outcome === 'applied') put(state);
      if (outcome === 'gap') deps.onGap({ generationId, lastSeq: state.lastSeq });
    },
    freeze: (id) => void frozen.add(id),
    thaw(id) {
      frozen.delete(id);
      const state = received.get(id);
      if (state !== undefined) put(state);
    },
    shown: (id) => shown.get(id),
    lastSeq: (id) => received.get(id)?.lastSeq ?? 0,
    running: () => [...received.values()].filter((state) => state.end === undefined),
    subscribe(id, listener) {
      const set = listeners.get(id) ?? new Set();
      listeners.set(id, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(id);
      };
    },
    clear() {
      received.clear();
      shown.clear();
      frozen.clear();
      dirty.clear();
    },
  };
}
