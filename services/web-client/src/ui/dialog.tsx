import { AlertDialog, Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

const SCRIM = 'fixed inset-0 z-40 animate-fade bg-scrim';
const PANEL =
  'fixed top-1/2 left-1/2 z-50 w-[min(27rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 animate-fade rounded-2xl border border-line bg-raised p-6 shadow-pop outline-none';
const TITLE = 'text-lg font-semibold tracking-tight';

export type ModalProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** Moves the focus when the dialog has closed: what had it before, an item of a menu, is gone by then. */
  returnFocus: () => void;
  children: ReactNode;
};

/** A dialog for input. */
export function Modal({ open, onOpenChange, title, returnFocus, children }: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={SCRIM} />
        <Dialog.Content className={PANEL} aria-describedby={undefined} onCloseAutoFocus={instead(returnFocus)}>
          <Dialog.Title className={TITLE}>{title}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A question before something that cannot be taken back. */
export function Confirmation({
  open,
  onOpenChange,
  title,
  description,
  returnFocus,
  children,
}: ModalProps & { description: string }) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={SCRIM} />
        <AlertDialog.Content className={PANEL} onCloseAutoFocus={instead(returnFocus)}>
          <AlertDialog.Title className={TITLE}>{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-sm text-ink-soft wrap-anywhere">
            {description}
          </AlertDialog.Description>
          {children}
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

export const ConfirmationCancel = AlertDialog.Cancel;

function instead(action: () => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    action();
  };
}
