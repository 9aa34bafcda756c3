import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How near to the end counts as being there, in pixels. */
const NEAR_PX = 32;
/** How long after a gesture a movement still counts as its effect. */
const GESTURE_MS = 400;

const SCROLL_KEYS: ReadonlySet<string> = new Set(['PageUp', 'ArrowUp', 'Home', 'Tab']);

/**
 * Keeps a scrolled list at its end while it grows, as long as the person is at the end: scrolling up lets go, scrolling
 * back to the end takes hold again. Only a movement that follows a gesture lets go, because content that becomes shorter
 * moves the position, too.
 */
export function useStickToBottom(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const [isAtBottom, setAtBottom] = useState(true);
  const isHeld = useRef(true);

  const toBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    isHeld.current = true;
    element.scrollTop = element.scrollHeight;
    setAtBottom(true);
  }, [scroller]);

  useLayoutEffect(toBottom, [toBottom]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    const gestures = watchGestures(element);
    let lastTop = element.scrollTop;

    function onScroll(this: HTMLElement): void {
      const { scrollTop, scrollHeight, clientHeight } = this;
      const isNear = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
      if (isNear) isHeld.current = true;
      else if (scrollTop < lastTop && gestures.isRecent()) isHeld.current = false;
      lastTop = scrollTop;
      setAtBottom(isHeld.current);
    }

    const observer = new ResizeObserver(() => {
      if (isHeld.current) element.scrollTop = element.scrollHeight;
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

  return { isAtBottom, toBottom };
}

/** Knows whether the person is scrolling: by wheel, touch, keyboard, or a pointer held down on the scroll bar. */
function watchGestures(element: HTMLElement): { isRecent: () => boolean; stop: () => void } {
  const listening = new AbortController();
  const options = { passive: true, signal: listening.signal };
  let lastMs = Number.NEGATIVE_INFINITY;
  let isPointerDown = false;
  const note = () => {
    lastMs = performance.now();
  };
  element.addEventListener('wheel', note, options);
  element.addEventListener('touchmove', note, options);
  element.addEventListener('pointerdown', () => (isPointerDown = true), options);
  for (const end of ['pointerup', 'pointercancel'])
    window.addEventListener(end, () => (isPointerDown = false), options);
  window.addEventListener('keydown', ({ key }) => SCROLL_KEYS.has(key) && note(), options);
  return {
    isRecent: () => isPointerDown || performance.now() - lastMs < GESTURE_MS,
    stop: () => listening.abort(),
  };
}
