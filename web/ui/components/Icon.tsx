/** The icons, all of one hand: 24 units, round strokes of the text's colour. Never speak. */
const PATHS = {
  menu: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  send: 'M12 19V5.5M5.5 11.5 12 5l6.5 6.5',
  down: 'M12 5v13.5M5.5 12.5 12 19l6.5-6.5',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  checks: 'm2.5 12.5 4.5 4.5 9.5-9.5M12.5 16l1 1L23 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2',
  alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5v5.5M12 16.4v.01',
  lock: 'M5.5 10.5h13V20h-13ZM8 10.5V8a4 4 0 0 1 8 0v2.5',
  close: 'm6 6 12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
} as const;

export type IconName = keyof typeof PATHS;

export interface IconProps {
  name?: IconName;
  /** In place of a name, where an icon comes with its screen. */
  path?: string;
  size?: number;
  class?: string;
}

export function Icon({
  name = 'close',
  path = PATHS[name],
  size = 20,
  class: className = '',
}: IconProps) {
  return (
    <svg
      class={`icon ${className}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}

/** Two bubbles that overlap: the product. */
export function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" fill="currentColor" aria-hidden="true">
      <path
        d="M12 5a9 9 0 0 0-7.6 13.8L3.5 23a1 1 0 0 0 1.2 1.2l4-1A9 9 0 1 0 12 5Z"
        opacity=".45"
      />
      <path d="M20.5 10a8.5 8.5 0 1 0 3.3 16.3l3.5.9a1 1 0 0 0 1.2-1.2l-.8-3.6A8.5 8.5 0 0 0 20.5 10Z" />
    </svg>
  );
}
