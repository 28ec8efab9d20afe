/** The judge on small histories told by hand: each rule, kept in awkward ways and broken. Long: a table. */
import { describe as group, expect, it } from 'vitest';
import { check, checkAll, describe } from './check.ts';
import { hashOf } from './check-standing.ts';
import type { History, SeenEntry } from './history.ts';
import { at, entry, history, removed, said, SID } from './told-history.ts';

const [a, a2, b, b2] = [at('a', 1), at('a', 2), at('b', 3), at('b', 4)];
const open = [a.asked(0), a.welcomed(0), b.asked(0), b.welcomed(0)];
const [m1, m2] = [entry(1, 'm1'), entry(2, 'm2')];
const saying = [said('a', 'm1'), a.wrote('m1'), said('a', 'm2'), a.wrote('m2')];
const unsend = entry(3, 'u', { unsends: ['m1'] });
const unsending = [removed('a', 'm1'), a.wrote('u', { of: ['m1'] })];
const taken = entry(1, 'm1', { hash: hashOf('box-m1') });
const late = entry(2, 'b1');
const screens = (...cids: string[]) => ({ screens: new Map([['a', cids]]) });
const lossy = { mayLose: true };
const [new1, new2] = [entry(1, 'b9'), entry(2, 'm1', { sum: 'again' })];
/** Both have m1, which is lost; b writes on, a comes back. */
const lost = [
  ...[open, said('a', 'm1'), a.wrote('m1'), a.got(m1), b.got(m1), a.closed(), b.closed()],
  ...[b2.asked(1), b2.welcomed(0, true), said('b', 'b9'), b2.wrote('b9'), b2.got(new1)],
];

group('is silent when', () => {
  it.each<[string, History]>([
    ['nothing happened', history([], [])],
    [
      'all is plain',
      history([open, saying, a.got(m1, m2), b.got(m1, m2)], [m1, m2], screens('m1', 'm2')),
    ],
    ['the outcome was unknown and it is not stored', history([open, saying, a.got(m1)], [m1])],
    ['the outcome was unknown and it is stored', history([open, saying, a.closed()], [m1, m2])],
    [
      'a repeat is answered',
      history([open, saying, a.got(m1), a.wrote('m1'), a.got(m1, m2)], [m1, m2]),
    ],
    [
      'a repeat of what came before the connection is answered',
      history(
        [open, saying, a.got(m1), a2.asked(1), a2.welcomed(1), a2.wrote('m1'), a2.got(m1, m2)],
        [m1, m2],
      ),
    ],
    ['an answer comes before its turn', history([open, saying, a.got(m2, m1, m2)], [m1, m2])],
    [
      'a message was unsent, and is read before and after',
      history(
        [
          open,
          saying,
          unsending,
          b.got(m1, m2),
          a.got(m1, m2, unsend),
          b2.asked(0),
          b2.welcomed(3),
          b2.got(taken, m2, unsend),
        ],
        [taken, m2, unsend],
        screens('m2'),
      ),
    ],
    [
      'a repeat of what was unsent is answered by its hash',
      history(
        [open, saying, unsending, a.got(m1, m2, unsend), a.wrote('m1'), a.got(taken)],
        [taken, m2, unsend],
        screens('m1', 'm2'),
      ),
    ],
    [
      'a box was sealed anew',
      history(
        [open, saying, a.wrote('m1', { box: 'void' }), a.got(entry(1, 'm1', { box: 'void' }))],
        [entry(1, 'm1', { box: 'void' })],
      ),
    ],
    [
      'a refused message is sent again, later',
      history(
        [open, saying, a.nacked('m1', 'session_full'), a.got(entry(1, 'm2'))],
        [entry(1, 'm2'), entry(2, 'm1')],
      ),
    ],
    ['a position was made up', history([at('x', 9).asked(7), at('x', 9).welcomed(0, true)], [])],
    [
      'the session ended, told on the wire and by a landing',
      history(
        [
          open,
          saying,
          a.got(m1),
          a.ended(),
          a.closed(),
          b.got(m1),
          { type: 'ended', device: 'b', connection: null },
          b.closed(),
        ],
        null,
      ),
    ],
    [
      'the session ended, told over HTTP while the welcome was on its way',
      history(
        [open, b2.asked(0), { type: 'ended', device: 'b', connection: null }, b2.welcomed(0)],
        null,
      ),
    ],
    [
      'the session ended while an address said hello, before the frame did',
      history(
        [
          open,
          b2.opened(),
          { type: 'ended', device: 'a', connection: 1 },
          b2.asked(0),
          b2.welcomed(0),
        ],
        null,
      ),
    ],
    [
      'something was unsent between the address that said hello and the frame',
      history(
        [
          ...[open, saying, unsending, b2.opened(), a.got(m1, m2, unsend), b2.asked(0)],
          ...[b2.welcomed(3), b2.got(m1, m2, unsend)],
        ],
        [taken, m2, unsend],
      ),
    ],
    [
      'something was echoed between the address that said hello and the frame',
      history([open, saying, b2.opened(), a.got(m1, m2), b2.asked(0), b2.welcomed(1)], [m1, m2]),
    ],
    [
      'a tail was lost, noticed and put back',
      history(
        [
          ...lost,
          a2.asked(1),
          a2.welcomed(1, true),
          a2.got(new1),
          a2.wrote('m1', { box: 'anew' }),
          a2.got({ ...new2, box: 'anew' }),
        ],
        [new1, { ...new2, box: 'anew' }],
        { ...lossy, ...screens('b9', 'm1') },
      ),
    ],
    ['a tail was lost with the page that held it', history(lost, [new1], lossy)],
  ])('%s', (_, told) => {
    expect(describe(check(told))).toBe('no violation');
  });
});

group('tells when', () => {
  it.each<[string, string, History]>([
    ['I1', 'an echoed entry is not stored', history([open, saying, a.got(m1, m2)], [m1])],
    [
      'I1',
      'another has its place',
      history([open, saying, b.got(m1)], [entry(1, 'm2'), entry(2, 'm1')]),
    ],
    ['I1', 'another sum is there', history([open, saying, b.got(m1)], [{ ...m1, sum: 'other' }])],
    ['I2', 'a cid is stored twice', history([saying], [m1, m2, entry(3, 'm1')])],
    [
      'I2',
      'a cid is got twice of a log that is gone',
      history([open, saying, b.got(m1, { ...m1, seq: 2 })], null),
    ],
    ['I2', 'a screen repeats', history([open, saying, a.got(m1)], [m1], screens('m1', 'm1'))],
    ['I2', 'a screen lacks', history([open, saying, a.got(m1)], [m1], screens())],
    [
      'I2',
      'a screen is in another order',
      history([open, saying, a.got(m1, m2)], [m1, m2], screens('m2', 'm1')),
    ],
    [
      'I2',
      'a screen shows what is not stored',
      history([open, saying, a.got(m1)], [m1], screens('m1', 'm2')),
    ],
    [
      'I2',
      'a screen shows control',
      history(
        [open, saying, unsending, a.got(m1, m2, unsend)],
        [taken, m2, unsend],
        screens('m2', 'u'),
      ),
    ],
    ['I3', 'nobody wrote it', history([open, b.got(m1)], [m1])],
    ['I3', 'it was written later', history([open, b.got(m1), saying], [m1])],
    ['I3', 'the other slot wrote it', history([open, b.wrote('m1'), a.got(m1)], [m1])],
    [
      'I3',
      'the box is of another',
      history([open, saying, b.got({ ...m1, box: 'box-m2' })], [m1, m2]),
    ],
    [
      'I3',
      'the hash is of another',
      history([saying, unsending], [{ ...taken, hash: 'x' }, m2, unsend]),
    ],
    ['I3', 'it was unsent by nobody', history([saying], [taken])],
    [
      'I3',
      'it takes back something else',
      history([saying, unsending], [m1, m2, { ...unsend, unsends: ['m2'] }]),
    ],
    ['I4', 'the log begins late', history([saying], [m2])],
    ['I4', 'a hash stands without its unsend', history([saying, unsending], [taken])],
    ['I4', 'a connection has a gap', history([open, saying, b.got(m2)], [m1, m2])],
    ['I4', 'an entry comes again unasked', history([open, saying, b.got(m1, m1)], [m1])],
    ['I4', 'an answer comes once too often', history([open, saying, a.got(m1, m1, m1)], [m1])],
    [
      'I4',
      'two get different entries of a log that is gone',
      history([open, saying, a.got(m1), b.got({ ...m1, sum: 'x' })], null),
    ],
    [
      'I4',
      'a screen shows what did not come',
      history([open, saying, a.got(m2)], [m1, m2], screens('m1', 'm2')),
    ],
    [
      'I4',
      'a device resumes past a gap',
      history([open, saying, a.got(m1), a2.asked(2), a2.welcomed(2)], [m1, m2]),
    ],
    [
      'I4',
      'what was unsent is given out',
      history(
        [open, saying, unsending, a.got(m1, m2, unsend), b2.asked(0), b2.welcomed(3), b2.got(m1)],
        [taken, m2, unsend],
      ),
    ],
    [
      'I5',
      'it overtakes what was echoed',
      history(
        [
          said('b', 'b1'),
          b.wrote('b1'),
          a.asked(1),
          a.welcomed(2),
          a.got(late),
          said('b', 'b0'),
          b.wrote('b0'),
        ],
        [entry(1, 'b0'), late],
      ),
    ],
    ['I6', 'a device is not in order', history([saying], [entry(1, 'm2'), entry(2, 'm1')])],
    [
      'I7',
      'a head lacks what was echoed',
      history([open, saying, a.got(m1, m2), b2.asked(0), b2.welcomed(1)], [m1, m2]),
    ],
    [
      'I7',
      'a head lacks what was echoed before the address said hello',
      history([open, saying, a.got(m1, m2), b2.opened(), b2.asked(0), b2.welcomed(1)], [m1, m2]),
    ],
    [
      'I4',
      'what was unsent before the address said hello is given out',
      history(
        [open, saying, unsending, a.got(m1, m2, unsend), b2.opened(), b2.asked(0), b2.got(m1)],
        [taken, m2, unsend],
      ),
    ],
    ['I7', 'a head is beyond the log', history([open, b2.asked(0), b2.welcomed(3)], [])],
    ['I7', 'an entry comes before the welcome', history([saying, b.asked(0), b.got(m1)], [m1])],
    [
      'I7',
      'a reset tells a loss that was none',
      history([open, saying, a.got(m1), a2.asked(1), a2.welcomed(1, true), a2.got(m1)], [m1]),
    ],
    ['I9', 'a frame comes after the end', history([open, a.ended(), a.frame()], null)],
    [
      'I9',
      'a frame comes after the end, that a landing has told too',
      history([open, a.ended(), { type: 'ended', device: 'a', connection: null }, a.frame()], null),
    ],
    [
      'I9',
      'another connection goes on',
      history([open, a2.asked(0), a.ended(), a2.welcomed(0)], null),
    ],
    [
      'I9',
      'a connection begins after the end was told over HTTP',
      history([open, { type: 'ended', device: 'b', connection: null }, b2.asked(0)], null),
    ],
    [
      'I9',
      'a late connection is welcomed',
      history([open, a.ended(), b2.asked(0), b2.welcomed(0)], null),
    ],
    [
      'I9',
      'a late message is stored',
      history([open, a.ended(), b.wrote('b1'), b.got(entry(1, 'b1'))], null),
    ],
    ['I9', 'the log is still there', history([open, a.ended()], [])],
    [
      'I1',
      'a loss stays unnoticed',
      history([...lost, a2.asked(1), a2.welcomed(1)], [new1], lossy),
    ],
    [
      'I1',
      'what is held is not put back',
      history([...lost, a2.asked(1), a2.welcomed(1, true), a2.got(new1)], [new1], {
        ...lossy,
        ...screens('b9'),
      }),
    ],
    [
      'I4',
      'a device is led into another log',
      history(
        [...lost, a.got(entry(2, 'b8')), b2.wrote('b8'), b2.got(entry(2, 'b8'))],
        [new1, entry(2, 'b8')],
        lossy,
      ),
    ],
    [
      'I7',
      'a reset is told to who asked for all',
      history([a.asked(0), a.welcomed(0, true)], [], lossy),
    ],
    [
      'I7',
      'a head lacks what was never lost',
      history([...lost, a2.asked(0), a2.welcomed(0)], [new1], lossy),
    ],
  ])('%s: %s', (rule, _, told) => {
    const found = check(told);
    expect(
      found.map((one) => one.rule),
      describe(found),
    ).toContain(rule);
  });

  it.each<[string, Partial<SeenEntry>]>([
    ['cid', { cid: 'm1' }],
    ['sum', { sum: 'sum-m1' }],
    ['box', { box: 'box-m1' }],
  ])('I8: the %s of one session comes up in another', (thing, crossed) => {
    const one = history([open, saying, a.got(m1)], [m1]);
    const strange = { ...entry(1, 'b7'), ...crossed };
    const other = history([open, b.wrote('b7'), a.got(strange)], [strange], { sid: 'other' });
    const found = checkAll([one, other]).filter(({ rule }) => rule === 'I8');
    expect(found.map(({ sid }) => sid)).toEqual(['other']);
    expect(describe(found)).toContain(`is of session ${SID}: ${thing} `);
  });
});

it('a violation can be found by its words, and many are told briefly', () => {
  const found = check(history([open, saying, a.got(m1, m2)], [m1]));
  expect(describe(found)).toBe(
    `I1 in session ${SID}:\n  seq 2 (m2), got by a, is not in the log of 1`,
  );
  const many = Array.from({ length: 20 }, () => found).flat();
  expect(describe(many).split('\n')).toHaveLength(10);
});
