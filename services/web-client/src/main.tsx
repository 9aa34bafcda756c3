import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createSession } from './session/session.ts';
import { App } from './shell/app.tsx';
import { startLanguage } from './texts.ts';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const session = createSession();
void session.start();
await startLanguage();
createRoot(root).render(
  <StrictMode>
    <App session={session} />
  </StrictMode>,
);
