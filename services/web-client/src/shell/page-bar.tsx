import { Menu as MenuIcon, SquarePen, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'react-router';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { Sidebar } from './sidebar.tsx';

/** The bar above a screen: its title, and on a phone the way to the conversations. Without a title, only the latter. */
export function PageBar({ children }: { children?: ReactNode }) {
  const look = children === undefined ? 'md:hidden' : 'border-b border-line';
  return (
    <header className={`flex h-12 shrink-0 items-center gap-1 px-2 md:h-14 md:px-6 ${look}`}>
      <Drawer />
      <div className="flex min-w-0 flex-1 items-center gap-1">{children}</div>
      <Link
        to="/"
        aria-label={texts.sidebar.newChat}
        className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-hover md:hidden"
      >
        <SquarePen size={19} aria-hidden />
      </Link>
    </header>
  );
}

function Drawer() {
  const [openAt, setOpenAt] = useState<string>();
  const { key } = useLocation();
  // Going anywhere closes the drawer: it is open for one entry of the history only.
  return (
    <Dialog.Root open={openAt === key} onOpenChange={(isOpen) => setOpenAt(isOpen ? key : undefined)}>
      <Dialog.Trigger
        aria-label={texts.sidebar.open}
        className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-soft hover:bg-hover md:hidden"
      >
        <MenuIcon size={20} aria-hidden />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-30 animate-fade bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-30 w-[min(19rem,86vw)] animate-slide border-r border-line bg-sunken outline-none"
        >
          <Dialog.Title className="sr-only">{texts.sidebar.label}</Dialog.Title>
          <Sidebar
            closeButton={
              <Dialog.Close asChild>
                <IconButton label={texts.sidebar.close}>
                  <X size={18} aria-hidden />
                </IconButton>
              </Dialog.Close>
            }
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
