/** The languages there are, each under its own name. */
import { text } from '../catalogue/catalogue.ts';
import { chooseLanguage, LANGUAGES } from '../catalogue/language.ts';

export function LanguageSelect({ id }: { id: string }) {
  return (
    <select
      id={id}
      class="input"
      value={text.language}
      onChange={({ currentTarget: { value } }) => chooseLanguage(value)}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
