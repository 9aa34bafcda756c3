import { afterEach, expect, it, vi } from 'vitest';
import { whenNear } from './when-near.ts';

afterEach(() => vi.unstubAllGlobals());

/** What the browser observes, several times before the page gets to hear of it. */
function nearAfter(observations: boolean[]): number {
  let tell: IntersectionObserverCallback = () => {};
  class Observer {
    constructor(callback: IntersectionObserverCallback) {
      tell = callback;
    }
    observe() {}
    disconnect() {}
  }
  vi.stubGlobal('IntersectionObserver', Observer);
  let count = 0;
  const place = {} as Element;
  whenNear({ element: place, scroller: null, aheadPx: 100, onNear: () => (count += 1) });
  const entries = observations.map((isIntersecting) => ({ isIntersecting }) as IntersectionObserverEntry);
  tell(entries, new Observer(tell) as unknown as IntersectionObserver);
  return count;
}

it.each([
  ['is near', [true], 1],
  ['was far and has come near since, in one report', [false, true], 1],
  ['was near in between', [false, true, false], 1],
  ['is far', [false], 0],
])('tells of what %s', (_place, observations, count) => {
  expect(nearAfter(observations)).toBe(count);
});
