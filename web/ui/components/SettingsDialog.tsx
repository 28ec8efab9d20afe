/** What somebody may choose for this browser. Every choice holds at once. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Slot } from '../../../server/protocol/frames.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { useLive } from '../live-value.ts';
import { canAlert, hasAlerts, turnOnAlerts } from '../news.ts';
import { offeredKey, turnOffPush, turnOnPush, type PushPlace } from '../push.ts';
import { changeSettings, settings } from '../settings.ts';
import type { Theme } from '../theme.ts';
import { playTone } from '../tone.ts';
import { Dialog } from './Dialog.tsx';
import { LanguageSelect } from './LanguageSelect.tsx';

const texts = extrasText.settings;
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

interface SettingsDialogProps {
  sid: string;
  slot: Slot;
  onClose: () => void;
}

export function SettingsDialog({ sid, slot, onClose }: SettingsDialogProps) {
  const { theme, alerts, sound } = useLive(settings);
  // Asked for again at every change: the browser's answer is one.
  const isPossible = canAlert();
  return (
    <Dialog heading={texts.heading} onClose={onClose}>
      <div class="field">
        <label for="theme">{texts.theme}</label>
        <select
          id="theme"
          class="input"
          value={theme}
          onChange={({ currentTarget: { value } }) =>
            changeSettings({ theme: THEMES.find((one) => one === value) ?? 'system' })
          }
        >
          {THEMES.map((one) => (
            <option key={one} value={one}>
              {texts.themes[one]}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="language">{texts.language}</label>
        <LanguageSelect id="language" />
      </div>
      <Choice
        label={texts.alerts}
        hint={isPossible ? texts.alertsHint : whyNoAlerts()}
        isOn={alerts === true && isPossible}
        onChange={(isOn) => {
          if (!isOn) changeSettings({ alerts: false });
          else if (isPossible) void turnOnAlerts();
        }}
      />
      <PushChoice {...{ sid, slot }} />
      <Choice
        label={texts.sound}
        hint={texts.soundHint}
        isOn={sound}
        onChange={(isOn) => {
          changeSettings({ sound: isOn });
          // So that one knows it.
          if (isOn) playTone();
        }}
      />
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onClose}>
          {texts.done}
        </button>
      </div>
    </Dialog>
  );
}

/** Nothing where the server or the browser does not offer it; who has it on can turn it off. */
function PushChoice(place: PushPlace) {
  const { push } = useLive(settings);
  const [key, setKey] = useState<string | null>(null);
  const [hint, setHint] = useState(texts.pushHint);
  const isBusy = useRef(false);
  useEffect(() => void offeredKey().then(setKey), []);
  if (key === null && !push) return null;

  async function change(isOn: boolean): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    setHint(await (isOn && key !== null ? turnOn(key) : turnOffPush().then(() => texts.pushHint)));
    isBusy.current = false;
  }

  async function turnOn(offered: string): Promise<string> {
    const permission = await Notification.requestPermission();
    if (permission === 'denied') return texts.alertsBlocked;
    const hasFailed = permission === 'granted' && !(await turnOnPush(offered, place));
    return hasFailed ? texts.pushFailed : texts.pushHint;
  }

  return (
    <Choice
      label={texts.push}
      hint={hint}
      isOn={push && canAlert()}
      onChange={(isOn) => void change(isOn)}
    />
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

function Choice({ label, hint, isOn, onChange }: ChoiceProps) {
  const id = useId();
  const [, renew] = useState(0);
  return (
    <label class="menu-item choice">
      <input
        type="checkbox"
        checked={isOn}
        aria-label={label}
        aria-describedby={id}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.checked);
          // What was not granted is not checked, whatever the press did.
          renew((count) => count + 1);
        }}
      />
      <span>
        {label}
        <small id={id}>{hint}</small>
      </span>
    </label>
  );
}

function whyNoAlerts(): string {
  return hasAlerts() ? texts.alertsBlocked : texts.alertsMissing;
}
