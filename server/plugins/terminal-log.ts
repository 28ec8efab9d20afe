/**
 * The log for somebody who looks at a terminal: the same lines, to be read by people instead of
 * programs. Shows no more than is in them, and lets nothing in them steer the terminal.
 */
import type { LogStream } from './log.ts';

const LEVELS = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);
const WARN = 40;
const ERROR = 50;
const YELLOW = 33;
const RED = 31;
const OWN_COLOUR = 39;
/** All that moves the cursor, colours, rings, or begins a line. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

export interface Terminal {
  write(text: string): unknown;
  /** Also says no where NO_COLOR is set. */
  hasColors(): boolean;
}

export function createTerminalLog(terminal: Terminal): LogStream {
  const isColoured = terminal.hasColors();
  return {
    write: (line) => void terminal.write(`${toReadable(line, isColoured)}\n`),
  };
}

/** `14:03:07 info  req-1 answered: GET /healthz 200, 3 ms`; a stack and its causes follow, indented. */
function toReadable(line: string, isColoured: boolean): string {
  const { level, time, reqId, msg, req, res, durationMs, err, ...rest } = fieldsOf(line);
  const at = typeof time === 'number' ? new Date(time).toTimeString().slice(0, 8) : '';
  const name = (LEVELS.get(Number(level)) ?? '').padEnd(5);
  const answer = [method(req), statusOf(res)].filter(Boolean).join(' ');
  const took = durationMs === undefined ? '' : `, ${text(durationMs)} ms`;
  const further = Object.entries(rest).map(([field, value]) => `${field}=${text(value)}`);
  const said = answer === '' ? text(msg) : `${text(msg)}: ${answer}${took}`;
  const head = [at, name, text(reqId), said, ...further].filter((part) => part !== '').join(' ');
  const lines = [head, ...stackOf(err)].map((one) => one.replaceAll(CONTROL, ''));
  if (!isColoured || Number(level) < WARN) return lines.join('\n');
  return coloured(Number(level) < ERROR ? YELLOW : RED, lines.join('\n'));
}

function coloured(colour: number, line: string): string {
  return `\u001b[${colour}m${line}\u001b[${OWN_COLOUR}m`;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string): Fields {
  return fields(JSON.parse(line));
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}; // as: just looked
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function method(request: unknown): string {
  const { method: verb, route } = fields(request);
  return verb === undefined ? '' : `${text(verb)} ${text(route)}`;
}

function statusOf(answer: unknown): string {
  return text(fields(answer)['statusCode']);
}

/** Begins with type and message, as stacks do. */
function stackOf(error: unknown): string[] {
  const { type, message, stack, cause } = fields(error);
  if (type === undefined) return [];
  const told = text(stack) === '' ? `${text(type)}: ${text(message)}` : text(stack);
  return [...told.split('\n').map((one) => `    ${one}`), ...stackOf(cause)];
}
