/** A chat that has come to its end: everyone was told, every connection is closed. */
import type { History } from '../history.ts';
import type { Pair } from './pair.ts';
import { statesOf, untilJudged } from './settle.ts';

/** The recording of a chat that ends, or has ended; nothing of it can be read any more. */
export async function over({ sid, recorder, devices }: Pair, withinMs = 60_000): Promise<History> {
  const { events } = recorder;
  const told = () => devices.every(({ chat }) => chat.ended.value !== null);
  await untilJudged(recorder, 'every device is told of the end', told, {
    withinMs,
    instead: () => statesOf(devices),
  });
  await untilJudged(recorder, 'every connection is closed', () => isClosed(events), { withinMs });
  return { sid, events, log: null, screens: new Map() };
}

function isClosed(events: History['events']): boolean {
  const count = (type: string) => events.filter((event) => event.type === type).length;
  return count('closed') >= count('asked');
}

/** What became of the messages of a chat that is over. */
export function outcomesOf({ events }: History) {
  const said = new Set<string>();
  const echoed = new Set<string>();
  const gone = new Set<string>();
  const got = new Map<string, Set<string>>();
  const author = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'said') {
      said.add(event.cid);
      author.set(event.cid, event.device);
    }
    if (event.type === 'nacked' && event.error === 'gone') gone.add(event.cid);
    if (event.type !== 'got') continue;
    const { device, entry } = event;
    if (author.get(entry.cid) === device) echoed.add(entry.cid);
    got.set(device, (got.get(device) ?? new Set()).add(entry.cid));
  }
  return { said, echoed, gone, got };
}
