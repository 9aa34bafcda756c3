import { Link } from 'lucide-react';
import type { Message } from '../api/schemas.ts';
import { texts } from '../texts.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { messageAddress } from './message-address.ts';

/** Copies the address of a message, for oneself and for whoever else is in the conversation. */
export function MessageLinkButton({ message }: { message: Message }) {
  return <CopyButton icon={Link} label={texts.messageLink} text={() => location.origin + messageAddress(message)} />;
}
