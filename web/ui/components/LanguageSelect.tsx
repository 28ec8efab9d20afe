/** The languages there are, each under its own name. */
import { useState } from 'preact/hooks';
import { text } from '../catalogue/catalogue.ts';
import { chooseLanguage, LANGUAGES } from '../catalogue/language.ts';

/** A press makes it hold: the arrow keys pass others on the way, and the page begins anew. */
export function LanguageSelect({ id }: { id: string }) {
  const [wanted, setWanted] = useState(text.language);
  return (
    <>
      <select
        id={id}
        class="input"
        value={wanted}
        onChange={({ currentTarget: { value } }) => setWanted(value)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
      {wanted !== text.language && (
        <button
          type="button"
          class="button button-main"
          lang={wanted}
          onClick={() => chooseLanguage(wanted)}
        >
          {USE[wanted]}
        </button>
      )}
    </>
  );
}

/** In the language that is meant. */
const USE: Readonly<Record<string, string>> = {
  en: 'Use English',
  ar: 'استخدام العربية',
  de: 'Deutsch verwenden',
  es: 'Usar español',
  hi: 'हिन्दी में देखें',
};
