import type { User } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import type { Session } from './session.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Asks for sign-in over the page whose session is over, so that everything on it stays where it is. */
export function ResumeDialog({ session, user }: { session: Session; user: User }) {
  return (
    // There is nothing behind it that would work, so it has no other way out than these two.
    <Modal open onOpenChange={() => {}} title={texts.auth.endedTitle} returnFocus={() => {}}>
      <p className="mt-2 mb-5 text-sm text-ink-soft">{texts.auth.ended}</p>
      <SignInForm session={session} email={user.email} />
      <Button look="plain" className="mt-3 w-full" onClick={session.leave}>
        {texts.auth.otherAccount}
      </Button>
    </Modal>
  );
}
