/** The frame of every screen but the chat: the brand, which leads to Start, and one column. */
import type { ComponentChildren } from 'preact';
import { text } from '../catalogue/catalogue.ts';
import { Mark } from './Icon.tsx';
import { Notice } from './Notice.tsx';

interface PageProps {
  wide?: boolean;
  /** Whether to say so where the connection is plain http. */
  warnPlainHttp?: boolean;
  /** The way to Start; another address where this page is at Start's own. */
  home?: string;
  children: ComponentChildren;
}

export function Page({ wide = false, warnPlainHttp = false, home = './', children }: PageProps) {
  return (
    <div class={wide ? 'page page-wide' : 'page'}>
      <header>
        <a class="brand" href={home} aria-label={text.home}>
          <Mark />
          {text.product}
        </a>
      </header>
      <main>
        {warnPlainHttp && isPlainHttp() && <Notice tone="warn">{text.plainHttp}</Notice>}
        {children}
      </main>
    </div>
  );
}

/** Localhost counts as protected: nothing leaves the machine. */
export function isPlainHttp(): boolean {
  return location.protocol === 'http:' && !isLocalhost(location.hostname);
}

function isLocalhost(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
