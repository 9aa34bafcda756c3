import { Outlet } from 'react-router';
import { ListChoiceProvider } from '../library/list-choice.tsx';
import { texts } from '../texts.ts';
import { COMPOSER_ID } from './composer-id.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { Overlays } from './overlays.tsx';
import { Sidebar } from './sidebar.tsx';

/** Where the skip link leads on a screen without a message box. */
const CONTENT_ID = 'content';

/** The frame around every screen: the conversations beside it, or in a drawer where there is no room. */
export function Layout() {
  return (
    <ListChoiceProvider>
      <Overlays>
        <div className="grid h-full grid-cols-[minmax(0,1fr)] md:grid-cols-[17.5rem_minmax(0,1fr)]">
          <a
            href={`#${CONTENT_ID}`}
            className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
            onClick={(event) => {
              event.preventDefault();
              (document.getElementById(COMPOSER_ID) ?? document.getElementById(CONTENT_ID))?.focus();
            }}
          >
            {texts.skipToMessage}
          </a>
          <div className="hidden min-h-0 border-r border-line bg-sunken md:block">
            <Sidebar />
          </div>
          <div id={CONTENT_ID} tabIndex={-1} className="relative flex min-h-0 flex-col outline-none">
            <ConnectionBanner />
            <Outlet />
          </div>
        </div>
      </Overlays>
    </ListChoiceProvider>
  );
}
