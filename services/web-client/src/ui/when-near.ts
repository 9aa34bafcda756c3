type NearInput = {
  element: Element;
  scroller: Element | null;
  /** How far out of sight, above or below, still counts as near, in pixels. */
  aheadPx: number;
  onNear: () => void;
};

/** Tells when an element of a scrolled list is near what is in sight, at once if it is; the returned function ends that. */
export function whenNear({ element, scroller, aheadPx, onNear }: NearInput): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      // On a busy page, several observations come together: it may have been far in the first one and be near since the second.
      if (entries.some(({ isIntersecting }) => isIntersecting)) onNear();
    },
    { root: scroller, rootMargin: `${aheadPx}px 0px` },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
