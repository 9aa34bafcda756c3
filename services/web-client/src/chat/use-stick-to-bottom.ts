import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How near to the end counts as being there, in pixels. */
const NEAR_PX = 32;
/** What stays to be seen above a row that is put at the top, in pixels. */
const ABOVE_START_PX = 64;
/** How long after a gesture a movement still counts as its effect. */
const GESTURE_MS = 400;

/** Keys that scroll up, or may. */
const UP_KEYS: ReadonlySet<string> = new Set(['PageUp', 'ArrowUp', 'Home', 'Tab']);
const DOWN_KEYS: ReadonlySet<string> = new Set(['PageDown', 'ArrowDown', 'End', ' ']);

/** The row to begin with, by its data-row, and where in the view it is put. */
export type StartPlace = { rowId: string; place: 'top' | 'middle' };

type StickInput = {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLElement | null>;
  /** Absent for the end. It may become known later: it counts as long as nobody has scrolled. */
  start: StartPlace | undefined;
  /** The last row that is there to be read. */
  lastId: string | undefined;
  /** False while what follows the last row has not been read: its end is not the end. */
  isWhole: boolean;
};

/**
 * Keeps a scrolled list at its end while it grows, as long as the person is at the end: scrolling up lets go, scrolling
 * back to the end takes hold again. Only a movement that follows a gesture lets go, because content that becomes shorter
 * moves the position, too. With a row to begin with, that one keeps its place until the first gesture, whatever is
 * measured or read meanwhile; where that place is the end, what is added there is followed as ever.
 */
export function useStickToBottom({ scroller, content, start, lastId, isWhole }: StickInput) {
  const [isAtBottom, setAtBottom] = useState(start === undefined);
  const isHeld = useRef(start === undefined);
  const keptPlace = useRef(start);
  const hasMoved = useRef(false);
  // The position belongs to this start; until it is set, nobody is at the end.
  const [settledId, setSettledId] = useState<string>();
  const startId = start?.rowId;
  const startPlace = start?.place;
  const isEnd = useRef(isWhole);
  isEnd.current = isWhole;

  const toBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    isHeld.current = true;
    keptPlace.current = undefined;
    element.scrollTop = element.scrollHeight;
    setAtBottom(true);
  }, [scroller]);

  useLayoutEffect(() => {
    if (startId === undefined || startPlace === undefined) return toBottom();
    setSettledId(startId);
    if (hasMoved.current || scroller.current === null) return;
    keptPlace.current = { rowId: startId, place: startPlace };
    putInPlace(scroller.current, keptPlace.current);
    isHeld.current = isEnd.current && isNearEnd(scroller.current);
    setAtBottom(isHeld.current);
  }, [toBottom, scroller, startId, startPlace]);

  const shownLastId = useRef(lastId);
  useLayoutEffect(() => {
    if (shownLastId.current !== lastId && isHeld.current) keptPlace.current = undefined;
    shownLastId.current = lastId;
  }, [lastId]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    const gestures = watchGestures(element, () => {
      hasMoved.current = true;
      keptPlace.current = undefined;
    });
    let lastTop = element.scrollTop;

    function onScroll(this: HTMLElement): void {
      const isNear = isNearEnd(this) && isEnd.current;
      if (keptPlace.current !== undefined) isHeld.current = isNear;
      else if (isNear) isHeld.current = true;
      else if (this.scrollTop < lastTop && gestures.isRecent()) isHeld.current = false;
      lastTop = this.scrollTop;
      setAtBottom(isHeld.current);
    }

    const observer = new ResizeObserver(() => {
      if (keptPlace.current !== undefined) putInPlace(element, keptPlace.current);
      else if (isHeld.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      gestures.stop();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, content]);

  return { isAtBottom: isAtBottom && settledId === startId, toBottom };
}

function isNearEnd({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight <= NEAR_PX;
}

function putInPlace(scroller: HTMLElement, { rowId, place }: StartPlace): void {
  const row = scroller.querySelector(`[data-row="${CSS.escape(rowId)}"]`)?.getBoundingClientRect();
  if (row === undefined) return;
  const view = scroller.getBoundingClientRect();
  scroller.scrollTop +=
    place === 'top' ? row.top - view.top - ABOVE_START_PX : row.top + row.height / 2 - (view.top + view.height / 2);
}

/** Knows whether the person is scrolling: by wheel, touch, keyboard, or a pointer held down on the scroll bar. */
function watchGestures(element: HTMLElement, onGesture: () => void): { isRecent: () => boolean; stop: () => void } {
  const listening = new AbortController();
  const options = { passive: true, signal: listening.signal };
  let lastMs = Number.NEGATIVE_INFINITY;
  let isPointerDown = false;
  const note = () => {
    lastMs = performance.now();
    onGesture();
  };
  element.addEventListener('wheel', note, options);
  element.addEventListener('touchmove', note, options);
  element.addEventListener(
    'pointerdown',
    () => {
      isPointerDown = true;
      onGesture();
    },
    options,
  );
  for (const end of ['pointerup', 'pointercancel'])
    window.addEventListener(end, () => (isPointerDown = false), options);
  window.addEventListener(
    'keydown',
    ({ key }) => {
      if (UP_KEYS.has(key)) note();
      else if (DOWN_KEYS.has(key)) onGesture();
    },
    options,
  );
  return {
    isRecent: () => isPointerDown || performance.now() - lastMs < GESTURE_MS,
    stop: () => listening.abort(),
  };
}
