// The model of a receiver and the table of streams were written apart: they have to agree.
import { expect, it } from 'vitest';
import { NAMED_STREAMS } from './named-streams.ts';
import { outcomeOf } from './receiver.ts';

it.each(NAMED_STREAMS)('$name', ({ pieces, due }) => {
  const { closes, ...rest } = outcomeOf(Buffer.concat(pieces));
  expect(rest).toEqual({ pongs: due.pongs, answers: due.answers, isTorn: due.isTorn });
  expect(closes ?? []).toEqual(expect.arrayContaining([...(due.closes ?? [])]));
  expect(closes === null).toBe(due.closes === null);
});
