/** One short tone, made here: there is no file to be fetched. */
let audio: AudioContext | undefined;

const PITCH_HZ = 660;
const LASTS_S = 0.25;
const LOUDNESS = 0.12;

/** Nothing where nobody has touched the page yet: browsers keep such pages silent. */
export function playTone(): void {
  if ('userActivation' in navigator && !navigator.userActivation.hasBeenActive) return;
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = PITCH_HZ;
  loudness.gain.setValueAtTime(LOUDNESS, currentTime);
  // Fades, for what stops at once clicks.
  loudness.gain.exponentialRampToValueAtTime(0.001, currentTime + LASTS_S);
  tone.connect(loudness).connect(destination);
  tone.start();
  tone.stop(currentTime + LASTS_S);
  audio.resume().catch(() => {});
}
