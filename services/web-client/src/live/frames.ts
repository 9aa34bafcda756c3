import type { EndFrame, Frame } from '../api/schemas.ts';

/** What one tab knows about one reply: everything up to frame lastSeq, and nothing beyond it. */
export type GenerationState = Readonly<{
  generationId: string;
  /** The last frame that is contained in the rest; 0 before the first one. */
  lastSeq: number;
  text: string;
  /** 'waiting' until the first status frame says more. */
  phase: 'waiting' | 'queued' | 'loading' | 'generating' | 'ended';
  /** The place in the queue, from 1, while phase is 'queued'. */
  position: number | undefined;
  model: string | undefined;
  droppedMessageCount: number;
  end: EndFrame | undefined;
}>;

export type FrameOutcome = 'applied' | 'ignored' | 'gap';

/** The state of a reply of which the given text, up to and including frame lastSeq, is known. */
export function startGeneration(known: { generationId: string; text: string; lastSeq: number }): GenerationState {
  return {
    ...known,
    phase: known.text === '' ? 'waiting' : 'generating',
    position: undefined,
    model: undefined,
    droppedMessageCount: 0,
    end: undefined,
  };
}

/**
 * Applies one frame. A frame that is already contained is 'ignored'. One that leaves a hole is not applied and is a
 * 'gap': ask for the frames after lastSeq. Thus frames may come twice, late and in any order, and the text is always a
 * prefix of the reply. An end that carries the whole text fills every hole by itself.
 */
export function applyFrame(state: GenerationState, frame: Frame): { state: GenerationState; outcome: FrameOutcome } {
  if (frame.seq <= state.lastSeq || state.phase === 'ended') return { state, outcome: 'ignored' };
  const isWhole = frame.type === 'end' && typeof frame.content === 'string';
  if (frame.seq > state.lastSeq + 1 && !isWhole) return { state, outcome: 'gap' };
  return { state: advance({ ...state, lastSeq: frame.seq }, frame), outcome: 'applied' };
}

/** Takes over stored text that reaches further than what came by frames; otherwise returns the same state. */
export function adoptStored(state: GenerationState, stored: { text: string; lastSeq: number }): GenerationState {
  if (state.phase === 'ended' || stored.lastSeq <= state.lastSeq) return state;
  const phase = stored.text === '' ? state.phase : 'generating';
  return { ...state, text: stored.text, lastSeq: stored.lastSeq, phase };
}

function advance(state: GenerationState, frame: Frame): GenerationState {
  switch (frame.type) {
    case 'status':
      return {
        ...state,
        phase: frame.status,
        position: frame.position,
        model: frame.model ?? state.model,
        droppedMessageCount: frame.droppedMessageCount ?? state.droppedMessageCount,
      };
    case 'delta':
      return { ...state, phase: 'generating', position: undefined, text: state.text + frame.text };
    case 'end':
      return {
        ...state,
        phase: 'ended',
        // Stopped: what was not seen any more is not kept.
        text: frame.content ?? state.text.slice(0, frame.textLength),
        model: frame.model ?? state.model,
        end: frame,
      };
    case 'unknown':
      return state;
    default:
      return frame satisfies never;
  }
}
