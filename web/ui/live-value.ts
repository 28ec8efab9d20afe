/**
 * The one tie between signals and what is rendered: a component that asks for a value this way
 * renders again when it changes. In place of @preact/signals, which weighs a kilobyte more.
 */
import type { ReadonlySignal } from '@preact/signals-core';
import { useLayoutEffect, useState } from 'preact/hooks';

export function useLive<T>(source: ReadonlySignal<T>): T {
  const [, renew] = useState(source.value);
  // Told at once of the present value, so nothing is missed between rendering and listening.
  useLayoutEffect(() => source.subscribe((value) => renew(() => value)), [source]);
  return source.value;
}
