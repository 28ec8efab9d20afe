/** What changes often, apart: rendered with each change, and nothing around it. */
import type { ReadonlySignal } from '@preact/signals-core';
import type { ComponentChildren } from 'preact';
import { useLive } from '../live-value.ts';

interface LiveProps<T> {
  of: ReadonlySignal<T>;
  children: (value: T) => ComponentChildren;
}

export function Live<T>({ of, children }: LiveProps<T>) {
  return children(useLive(of));
}
