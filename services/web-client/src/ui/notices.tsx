import { X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { type RefObject, useLayoutEffect } from 'react';
import { newClientId } from '../live/client-id.ts';
import { createValue, useValue } from '../live/value.ts';
import { texts } from '../texts.ts';
import { Button } from './button.tsx';

type NoticeAction = { label: string; run: () => void };
type Notice = { id: string; text: string; action: NoticeAction | undefined };

const NOTICE_MS = 7000;
const notices = createValue<readonly Notice[]>([]);

/** Tells the person something that has no place of its own on the screen, perhaps with a way to take it back. */
export function notify(text: string, action?: NoticeAction): void {
  const others = notices.get().filter((notice) => notice.text !== text);
  notices.set([...others.slice(-2), { id: newClientId(), text, action }]);
}

/** Keeps the notices above what is at the lower edge of the page and has to stay within reach, however high it grows. */
export function useRoomForNotices(element: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const kept = element.current;
    if (kept === null) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty('--notices-above', `${kept.offsetHeight}px`));
    observer.observe(kept);
    return () => {
      observer.disconnect();
      style.removeProperty('--notices-above');
    };
  }, [element]);
}

/** Shows the notices, and has them read out. Once in the app. */
export function Notices() {
  return (
    <Toast.Provider duration={NOTICE_MS} label={texts.dismiss}>
      {useValue(notices).map(({ id, text, action }) => (
        <Toast.Root
          key={id}
          onOpenChange={() => notices.set(notices.get().filter((notice) => notice.id !== id))}
          className="flex animate-rise items-start gap-3 rounded-xl border border-line bg-raised py-3 pr-2 pl-4 text-sm shadow-pop"
        >
          <Toast.Description className="flex-1 py-1">{text}</Toast.Description>
          {action !== undefined && (
            <Toast.Action asChild altText={action.label}>
              <Button className="min-h-8 py-1" onClick={action.run}>
                {action.label}
              </Button>
            </Toast.Action>
          )}
          <Toast.Close
            aria-label={texts.dismiss}
            className="inline-flex size-7 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
          >
            <X size={16} aria-hidden />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-4 bottom-[calc(var(--notices-above,0px)+1rem)] left-4 z-50 ml-auto flex max-w-sm flex-col gap-2 outline-none" />
    </Toast.Provider>
  );
}
