/** How long silence may last, folded away: most people never need it. */
import { startText } from '../catalogue/start-catalogue.ts';
import { formatDuration } from '../durations.ts';
import { Icon } from './Icon.tsx';

/** As the server reads them; '' leaves the choice to it. */
const CHOICES = [
  { idle: '5m', ms: 5 * 60_000 },
  { idle: '30m', ms: 30 * 60_000 },
  { idle: '2h', ms: 2 * 3_600_000 },
  { idle: '24h', ms: 24 * 3_600_000 },
];

interface SilenceChoiceProps {
  value: string;
  onValue: (idle: string) => void;
}

export function SilenceChoice({ value, onValue }: SilenceChoiceProps) {
  return (
    <details class="fold">
      <summary>
        <Icon path="m9.5 6 6 6-6 6" size={16} class="flips" />
        {startText.silence}
      </summary>
      <div class="field">
        <p class="field-hint" id="silence-hint">
          {startText.silenceHint}
        </p>
        <select
          class="input"
          aria-label={startText.silence}
          aria-describedby="silence-hint"
          value={value}
          onChange={(event) => onValue(event.currentTarget.value)}
        >
          <option value="">{startText.silenceUsual}</option>
          {CHOICES.map(({ idle, ms }) => (
            <option key={idle} value={idle}>
              {formatDuration(ms)}
            </option>
          ))}
        </select>
      </div>
    </details>
  );
}
