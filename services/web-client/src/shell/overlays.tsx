import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { useMatch, useNavigate } from 'react-router';
import { useListChoice } from '../library/list-choice.tsx';
import { queryKeys } from '../live/thread-cache.ts';
import { COMPOSER_ID } from './composer-id.ts';
import { Palette } from './palette.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { useShortcuts } from './shortcuts.ts';
import { loadedConversations, useCommands } from './use-commands.ts';

type OverlayName = 'palette' | 'help';

const OverlayContext = createContext<(name: OverlayName) => void>(() => {});

/** Opens the palette or the help. */
export function useOpenOverlay(): (name: OverlayName) => void {
  return useContext(OverlayContext);
}

/** The palette, the help and the shortcuts, around the screens that they act on. */
export function Overlays({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<OverlayName>();
  const [returnTo, setReturnTo] = useState<Element | null>(null);
  const commands = useCommands({ onHelp: () => open('help') });
  const navigate = useNavigate();
  const step = useConversationStep();

  function open(name: OverlayName): void {
    // From one to the other, the focus still goes back to where it was before both.
    if (shown === undefined) setReturnTo(document.activeElement);
    setShown(name);
  }

  useShortcuts({
    palette: () => (shown === 'palette' ? setShown(undefined) : open('palette')),
    help: () => open('help'),
    newChat: () => void navigate('/'),
    focusMessage: focusComposer,
    previous: () => step(-1),
    next: () => step(1),
  });

  const overlay = {
    onOpenChange: (isOpen: boolean) => isOpen || setShown(undefined),
    returnFocus: () => (returnTo instanceof HTMLElement && returnTo.isConnected ? returnTo.focus() : focusComposer()),
  };
  return (
    <OverlayContext value={open}>
      {children}
      <Palette {...overlay} open={shown === 'palette'} items={shown === 'palette' ? commands() : []} />
      <ShortcutSheet {...overlay} open={shown === 'help'} />
    </OverlayContext>
  );
}

/** Goes to a neighbour in the list of conversations; from elsewhere, to its beginning. */
function useConversationStep(): (step: number) => void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const openId = useMatch('/c/:conversationId')?.params.conversationId;
  const { narrowing } = useListChoice();
  return (step) => {
    const queryKey = queryKeys.conversationsIn('active', narrowing);
    const conversations = loadedConversations(queryClient.getQueryData(queryKey));
    const index = conversations.findIndex(({ id }) => id === openId);
    const next = conversations[index === -1 ? 0 : index + step];
    if (next !== undefined) void navigate(`/c/${next.id}`);
  };
}

function focusComposer(): void {
  document.getElementById(COMPOSER_ID)?.focus();
}
