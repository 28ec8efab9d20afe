/** One's own link, to open it on another device: there the code is needed. */
import { linksText } from '../catalogue/links-catalogue.ts';
import { CopyRow } from './CopyRow.tsx';
import { QrCode } from './QrCode.tsx';

export function OwnLink({ link }: { link: string }) {
  return (
    <section class="links-part links-own">
      <h3>{linksText.own}</h3>
      <p class="quiet">{linksText.ownHow}</p>
      <QrCode value={link} label={linksText.ownQr} />
      <CopyRow
        label={linksText.ownLink}
        value={link}
        copyLabel={linksText.copyOwn}
        copiedText={linksText.ownCopied}
        class="secret-link"
      />
    </section>
  );
}
