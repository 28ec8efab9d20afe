/** Writes down what one session's devices do and see, for check.ts. */
import type { ClientFrame, ServerFrame, Slot } from '../../../server/protocol/frames.ts';
import type { HistoryEvent, SeenEntry } from '../history.ts';

export type Recorder = ReturnType<typeof createRecorder>;

export function createRecorder(sid: string) {
  const events: HistoryEvent[] = [];
  const times: number[] = [];
  const heads = new Map<string, number>();
  const given = new Set<string>();
  let connections = 0;

  function note(event: HistoryEvent): void {
    events.push(event);
    times.push(performance.now());
    if (event.type === 'welcomed' && event.reset) heads.set(event.device, 0);
    if (event.type === 'got') {
      given.add(`${event.device} ${event.entry.cid}`);
      heads.set(event.device, Math.max(headOf(event.device), event.entry.seq));
    }
  }

  const headOf = (device: string) => heads.get(device) ?? 0;

  return {
    sid,
    events,
    /** The last seq that a device was given; 0 for none. */
    headOf,
    /** Whether a device was given the entry with this cid, whatever it holds by then. */
    hasGot: (device: string, cid: string) => given.has(`${device} ${cid}`),
    /** When each of `events` happened. */
    times: times as readonly number[],
    said: (device: string, slot: Slot, cid: string) => note({ type: 'said', device, slot, cid }),
    removed: (device: string, slot: Slot, cid: string) =>
      note({ type: 'removed', device, slot, cid }),
    ended: (device: string) => note({ type: 'ended', device, connection: null }),

    /** One connection of `device`, opened at `url`: what it writes and what it is given. */
    connection(device: string, slot: Slot, url: string) {
      connections += 1;
      const here = { device, connection: connections };
      if (new URL(url).searchParams.has('device')) note({ type: 'opened', ...here });
      return {
        wrote(text: string): void {
          const frame = JSON.parse(text) as ClientFrame; // as: our own client wrote it
          if (frame.type === 'hello') {
            note({ type: 'asked', ...here, slot, after: frame.after?.seq ?? 0 });
          } else if (frame.type === 'send') {
            note({ type: 'wrote', ...here, slot, cid: frame.cid, box: frame.box });
          } else if (frame.type === 'unsend') {
            const { cid, box, of } = frame;
            note({ type: 'wrote', ...here, slot, cid, box, of });
          }
        },
        got(text: string): void {
          const frame = JSON.parse(text) as ServerFrame; // as: what is wrong in it, the check says
          // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest are alike
          switch (frame.type) {
            case 'welcome':
              note({
                type: 'welcomed',
                ...here,
                head: frame.head,
                reset: frame.reset,
              });
              return;
            case 'entry':
              note({ type: 'got', ...here, entry: seen(frame) });
              return;
            case 'entries':
              for (const entry of frame.list) {
                note({ type: 'got', ...here, entry: seen(entry) });
              }
              return;
            case 'nack':
              note({ type: 'nacked', ...here, cid: frame.cid, error: frame.error });
              return;
            case 'ended':
              note({ type: 'ended', ...here });
              return;
            default:
              note({ type: 'frame', ...here, name: frame.type });
          }
        },
        closed: (code: number) => note({ type: 'closed', ...here, code }),
      };
    },
  };
}

function seen(entry: SeenEntry): SeenEntry {
  const { seq, sum, slot, cid, box, hash, unsends } = entry;
  return {
    ...{ seq, sum, slot, cid },
    ...(box !== undefined && { box }),
    ...(hash !== undefined && { hash }),
    ...(unsends !== undefined && { unsends }),
  };
}
