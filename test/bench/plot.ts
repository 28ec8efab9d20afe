/** Cost against size, as SVG: a panel for each thing that grows, a line for each system. */

export interface Line {
  name: string;
  /** Size, and what it costs. */
  points: [number, number][];
}

const WIDTH = 360;
const HEIGHT = 240;
const MARGIN = { left: 44, right: 12, top: 28, bottom: 56 };
const COLOURS = ['#0b6b5d', '#b3261e', '#1a56db', '#8a6d00'];

/** Sizes are drawn by their logarithm; costs from 0. */
export function plot(cost: string, panels: Readonly<Record<string, readonly Line[]>>): string {
  const all = Object.values(panels).flatMap((lines) => lines.flatMap(({ points }) => points));
  const most = Math.max(...all.map(([, y]) => y)) * 1.1;
  const drawn = Object.entries(panels).map(([what, lines], index) => {
    const shift = index * WIDTH;
    return `<g transform="translate(${shift} 0)">${panel(what, cost, lines, most)}</g>`;
  });
  const width = WIDTH * drawn.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${width}" height="${HEIGHT}" fill="#fff"/>
${drawn.join('\n')}
</svg>
`;
}

function panel(what: string, cost: string, lines: readonly Line[], most: number): string {
  const sizes = (lines[0]?.points ?? []).map(([size]) => size);
  const [least = 1, largest = 10] = [sizes[0], sizes.at(-1)];
  const [inside, high] = [WIDTH - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  const x = (size: number) =>
    Math.round(MARGIN.left + (inside * Math.log(size / least)) / Math.log(largest / least));
  const y = (value: number) => Math.round(MARGIN.top + high - (high * value) / most);
  const text = (at: [number, number], words: string, more = '') =>
    `<text x="${at[0]}" y="${at[1]}" ${more}>${words}</text>`;
  const bottom = MARGIN.top + high;
  const step = [1, 10].find((one) => most / one <= 10) ?? 20;
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return [
    text([MARGIN.left, 16], `${cost} against ${what}`, 'font-weight="bold"'),
    ...ticks.map(
      (value) =>
        `<path d="M${MARGIN.left} ${y(value)}H${WIDTH - MARGIN.right}" stroke="#d5dae1"/>` +
        text([MARGIN.left - 6, y(value) + 4], String(value), 'text-anchor="end"'),
    ),
    ...sizes.map((size) => text([x(size), bottom + 16], String(size), 'text-anchor="middle"')),
    ...lines.map(({ points }, index) => {
      const path = points.map(([size, value]) => `${x(size)},${y(value)}`).join(' ');
      return `<polyline points="${path}" fill="none" stroke="${COLOURS[index]}" stroke-width="2"/>`;
    }),
    ...lines.map(({ name }, index) =>
      text([MARGIN.left + index * 100, HEIGHT - 12], name, `fill="${COLOURS[index]}"`),
    ),
  ].join('\n');
}
