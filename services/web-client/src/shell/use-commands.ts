import { type InfiniteData, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Conversation, ConversationPage } from '../api/schemas.ts';
import { useListChoice } from '../library/list-choice.tsx';
import { queryKeys } from '../live/thread-cache.ts';
import { isLanguage, LANGUAGES, language, setLanguage, texts } from '../texts.ts';
import { notify } from '../ui/notices.tsx';
import type { PaletteItem } from './palette-items.ts';
import { useServices } from './services.tsx';
import { setTheme, THEMES } from './theme.ts';

/** What the palette offers: places first, then the conversations that are loaded, then settings. */
export function useCommands({ onHelp }: { onHelp: () => void }): () => PaletteItem[] {
  const { session } = useServices();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { narrowing } = useListChoice();

  return () => {
    const { groups } = texts.palette;
    const conversations = loadedConversations(queryClient.getQueryData(queryKeys.conversationsIn('active', narrowing)));
    return [
      { id: 'new-chat', group: groups.actions, label: texts.sidebar.newChat, run: () => void navigate('/') },
      { id: 'search', group: groups.actions, label: texts.search.title, run: () => void navigate('/search') },
      {
        id: 'archive',
        group: groups.actions,
        label: texts.organise.archiveTitle,
        run: () => void navigate('/archive'),
      },
      {
        id: 'settings',
        group: groups.actions,
        label: texts.settings.title,
        run: () => void navigate('/settings/profile'),
      },
      { id: 'trash', group: groups.actions, label: texts.organise.trashTitle, run: () => void navigate('/trash') },
      ...conversations.map(({ id, title }) => ({
        id,
        group: groups.conversations,
        label: title || texts.sidebar.untitled,
        run: () => void navigate(`/c/${id}`),
      })),
      ...THEMES.map((theme) => ({
        id: `theme-${theme}`,
        group: groups.settings,
        label: `${texts.account.theme}: ${texts.account.themes[theme]}`,
        run: () => setTheme(theme),
      })),
      ...Object.entries(LANGUAGES)
        .filter(([tag]) => tag !== language.get())
        .map(([tag, name]) => ({
          id: `language-${tag}`,
          group: groups.settings,
          label: `${texts.account.language}: ${name}`,
          run: () => {
            if (isLanguage(tag)) void setLanguage(tag).catch(() => notify(texts.problems.NO_ANSWER ?? ''));
          },
        })),
      { id: 'help', group: groups.settings, label: texts.shortcuts.title, run: onHelp },
      {
        id: 'sign-out',
        group: groups.settings,
        label: texts.account.signOut,
        run: () => void session.signOut().catch((error: unknown) => notify(problemText(problemOf(error)))),
      },
    ];
  };
}

/** The conversations of the list, as far as it has been loaded. */
export function loadedConversations(list: InfiniteData<ConversationPage> | undefined): Conversation[] {
  return list?.pages.flatMap(({ items }) => items) ?? [];
}
