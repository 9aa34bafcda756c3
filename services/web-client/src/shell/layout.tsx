import { Menu as MenuIcon, SquarePen, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { texts } from '../texts.ts';
import { IconButton } from '../ui/button.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Sidebar } from './sidebar.tsx';

/** The id of the message box, where the skip link leads. */
export const COMPOSER_ID = 'composer';

/** The frame around every screen: the conversations beside it, or in a drawer where there is no room. */
export function Layout() {
  return (
    <div className="grid h-full grid-cols-[minmax(0,1fr)] md:grid-cols-[17.5rem_minmax(0,1fr)]">
      <a
        href={`#${COMPOSER_ID}`}
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById(COMPOSER_ID)?.focus();
        }}
      >
        {texts.skipToMessage}
      </a>
      <div className="hidden min-h-0 border-r border-line bg-sunken md:block">
        <Sidebar />
      </div>
      <div className="relative flex min-h-0 flex-col">
        <PhoneBar />
        <ConnectionBanner />
        <Outlet />
      </div>
    </div>
  );
}

function PhoneBar() {
  return (
    <div className="flex h-12 shrink-0 items-center justify-between px-2 md:hidden">
      <Drawer />
      <IconLinkToNewChat />
    </div>
  );
}

function IconLinkToNewChat() {
  return (
    <Link
      to="/"
      aria-label={texts.sidebar.newChat}
      className="inline-flex size-9 items-center justify-center rounded-lg text-ink-soft hover:bg-hover"
    >
      <SquarePen size={19} aria-hidden />
    </Link>
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
        className="inline-flex size-9 items-center justify-center rounded-lg text-ink-soft hover:bg-hover"
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
