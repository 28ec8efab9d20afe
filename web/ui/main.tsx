/** The page starts here: its language, its address, its first screen. */
import { render } from 'preact';
import { App } from './app.tsx';
import { text, translate } from './catalogue/catalogue.ts';
import { createRouter } from './router.ts';
import { openSessionTabs } from './session-tabs.ts';
import { showChosenTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/ready.css';
import './styles/chat.css';
import './styles/messages.css';
import './styles/files.css';

showChosenTheme();
void translate().then(() => {
  const { documentElement } = document;
  documentElement.lang = text.language;
  documentElement.dir = text.direction;
  document.title = text.title(0);

  const root = document.getElementById('app');
  if (root !== null) render(<App router={createRouter()} tabs={openSessionTabs()} />, root);
});
