import { X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { newClientId } from '../live/client-id.ts';
import { createValue, useValue } from '../live/value.ts';
import { texts } from '../texts.ts';

type Notice = { id: string; text: string };

const NOTICE_MS = 7000;
const notices = createValue<readonly Notice[]>([]);

/** Tells the person something that has no place of its own on the screen. */
export function notify(text: string): void {
  const others = notices.get().filter((notice) => notice.text !== text);
  notices.set([...others.slice(-2), { id: newClientId(), text }]);
}

/** Shows the notices, and has them read out. Once in the app. */
export function Notices() {
  return (
    <Toast.Provider duration={NOTICE_MS} label={texts.dismiss}>
      {useValue(notices).map(({ id, text }) => (
        <Toast.Root
          key={id}
          onOpenChange={() => notices.set(notices.get().filter((notice) => notice.id !== id))}
          className="flex animate-rise items-start gap-3 rounded-xl border border-line bg-raised py-3 pr-2 pl-4 text-sm shadow-pop"
        >
          <Toast.Description className="flex-1 py-1">{text}</Toast.Description>
          <Toast.Close
            aria-label={texts.dismiss}
            className="inline-flex size-7 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
          >
            <X size={16} aria-hidden />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-4 bottom-4 left-4 z-50 ml-auto flex max-w-sm flex-col gap-2 outline-none" />
    </Toast.Provider>
  );
}
