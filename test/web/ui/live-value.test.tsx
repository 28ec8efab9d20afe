import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import { act, cleanup, render, screen } from '@testing-library/preact';
import { useLayoutEffect } from 'preact/hooks';
import { afterEach, expect, it } from 'vitest';
import { useLive } from '../../../web/ui/live-value.ts';

afterEach(cleanup);

function Shown({ source }: { source: ReadonlySignal<number> }) {
  return <output>{useLive(source)}</output>;
}

const shown = () => screen.getByRole('status').textContent;

it('renders again with each change, of another source too, and stops listening when it goes', () => {
  let listeners = 0;
  const options = { watched: () => void (listeners += 1), unwatched: () => void (listeners -= 1) };
  const source = signal(1, options);
  const { rerender, unmount } = render(<Shown source={source} />);
  expect(shown()).toBe('1');
  void act(() => void (source.value = 2));
  expect(shown()).toBe('2');
  const doubled = computed(() => source.value * 2);
  rerender(<Shown source={doubled} />);
  expect(shown()).toBe('4');
  void act(() => void (source.value = 3));
  expect(shown()).toBe('6');
  expect(listeners).toBe(1);
  unmount();
  expect(listeners).toBe(0);
});

it('misses nothing that changes between rendering and listening', () => {
  const source = signal(1);
  function Changing() {
    useLayoutEffect(() => void (source.value = 2), []);
    return <output>{useLive(source)}</output>;
  }
  render(<Changing />);
  expect(shown()).toBe('2');
});
