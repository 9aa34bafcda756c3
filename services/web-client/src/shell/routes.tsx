import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { ConversationPage } from '../chat/conversation-page.tsx';
import { NewChatPage } from '../chat/new-chat-page.tsx';
import { JOIN_PATH } from '../members/join-address.ts';
import { JoinPage } from '../members/join-page.tsx';
import { SearchPage } from '../search/search-page.tsx';
import { texts } from '../texts.ts';
import { ArchivePage, TrashPage } from './collection-page.tsx';
import { Layout } from './layout.tsx';
import { Page } from './page.tsx';
import { useAppliedPreferences } from './use-preferences.ts';

const SettingsPage = lazy(async () => ({ default: (await import('../settings/settings-page.tsx')).SettingsPage }));

/** The addresses of a signed-in account. */
export function SignedInRoutes() {
  useAppliedPreferences();
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<NewChatPage />} />
        <Route path="c/:conversationId" element={<ConversationPage />} />
        <Route
          path="settings/:section?"
          element={
            <Suspense fallback={<Page title={texts.settings.title}>{undefined}</Page>}>
              <SettingsPage />
            </Suspense>
          }
        />
        <Route path={JOIN_PATH} element={<JoinPage />} />
        <Route path="search" element={<SearchPage />} />
        <Route path="archive" element={<ArchivePage />} />
        <Route path="trash" element={<TrashPage />} />
        <Route path="*" element={<Navigate to="/" replace />} />
      </Route>
    </Routes>
  );
}
