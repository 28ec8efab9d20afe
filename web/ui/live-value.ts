/**
 * The one tie between signals and what is rendered: what asks for a value this way is rendered
 * again when it changes. In place of @preact/signals, which weighs a kilobyte more.
 */
import type { ReadonlySignal } from '@preact/signals-core';
import { useLayoutEffect, useState } from 'preact/hooks';

export function useLive<T>(source: ReadonlySignal<T>): T;
/** Rendered again only when what is picked changes. `pick` has to be the same always. */
export function useLive<T, U>(source: ReadonlySignal<T>, pick: (value: T) => U): U;
export function useLive<T>(source: ReadonlySignal<T>, pick = (value: T): unknown => value) {
  const [, renew] = useState(() => pick(source.value));
  // Told at once of the present value, so nothing is missed between rendering and listening.
  useLayoutEffect(() => source.subscribe((value) => renew(pick(value))), [source]);
  return pick(source.value);
}
