import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How near to the end counts as being there, in pixels. */
const NEAR_PX = 32;

/**
 * Keeps a scrolled list at its end while it grows, as long as the person is at the end: scrolling up lets go, scrolling
 * back to the end takes hold again.
 */
export function useStickToBottom(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const [isAtBottom, setAtBottom] = useState(true);
  const hold = useRef({ isHeld: true, lastTop: 0, lastHeight: 0 });

  const toBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    hold.current.isHeld = true;
    element.scrollTop = element.scrollHeight;
    setAtBottom(true);
  }, [scroller]);

  useLayoutEffect(toBottom, [toBottom]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;

    function onScroll(): void {
      const { scrollTop, scrollHeight, clientHeight } = element as HTMLElement;
      const state = hold.current;
      const isNear = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
      // Only a person scrolls up while nothing has become shorter.
      if (scrollTop < state.lastTop - 1 && scrollHeight >= state.lastHeight && !isNear) state.isHeld = false;
      if (isNear) state.isHeld = true;
      state.lastTop = scrollTop;
      state.lastHeight = scrollHeight;
      setAtBottom(isNear || state.isHeld);
    }

    const observer = new ResizeObserver(() => {
      if (hold.current.isHeld) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, content]);

  return { isAtBottom, toBottom };
}
