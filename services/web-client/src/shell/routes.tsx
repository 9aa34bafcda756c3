import { Navigate, Route, Routes } from 'react-router';
import { ConversationPage } from '../chat/conversation-page.tsx';
import { NewChatPage } from '../chat/new-chat-page.tsx';
import { SearchPage } from '../search/search-page.tsx';
import { ArchivePage, TrashPage } from './collection-page.tsx';
import { Layout } from './layout.tsx';

/** The addresses of a signed-in account. */
export function SignedInRoutes() {
  return (
    <Routes>
      <Route element={<Layout />}>
        <Route index element={<NewChatPage />} />
        <Route path="c/:conversationId" element={<ConversationPage />} />
        <Route path="search" element={<SearchPage />} />
        <Route path="archive" element={<ArchivePage />} />
        <Route path="trash" element={<TrashPage />} />
        <Route path="*" element={<Navigate to="/" replace />} />
      </Route>
    </Routes>
  );
}
