// A client written from PROTOCOL.md alone talks with the page, both ways, through a real server.
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { expect, test } from './support/fixtures.ts';

test('a client from the document alone enters a chat that the page has made', async ({
  ann,
  places,
}) => {
  const cards = await ann.createChat('Ann', 'Bob');
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await ann.say('Written before Bob came');
  const bob = await enter(places.bob.base, cards.bob.link, cards.bob.code);
  expect(bob.names).toEqual({ a: 'Ann', b: 'Bob' });
  const connection = await connect(bob);
  expect((await connection.next()).content?.['text']).toBe('Written before Bob came');
  await expect(ann.page.getByText('Online', { exact: true })).toBeVisible();

  const { seq } = await connection.send('Sealed by the book: <b>🌒</b>');
  await ann.sees('Sealed by the book: <b>🌒</b>');
  await connection.until('receipt', (frame) => frame['slot'] === 'a' && frame['read'] === seq);
  connection.typing(true);
  await expect(ann.page.getByText('Typing…')).toBeVisible();
  await ann.say('Two\nlines');
  const answer = await connection.next();
  expect(answer.content).toMatchObject({ kind: 'text', text: 'Two\nlines' });
  connection.receipt(answer.entry.seq, answer.entry.seq);
  await expect(ann.message('Two\nlines').getByText('Read', { exact: true })).toBeVisible();

  await connection.unsend(connection.device.log[seq - 1]!.entry.cid);
  await ann.sees('Message removed');
  expect(connection.device.tampered).toBeNull();
  await connection.end();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Bob ended the chat');
});

test('the page enters a chat that a client from the document alone has made', async ({
  bob,
  places,
}) => {
  const { base } = places.ann;
  const session = await createSealedSession(base, ['Ann', 'Bob'], { idle: '5m' });
  const connection = await connect(await enter(base, session.a.link, session.a.code));
  await connection.send('Come in');
  await bob.open(session.b.link);
  await expect(bob.page.getByText('Ann wants to chat with you in private.')).toBeVisible();
  await bob.typeCode(session.b.code);
  await bob.sees('Come in');
  await expect(bob.page.getByText('Ends after 5 min of silence')).toBeVisible();
  await bob.say('Here I am');
  expect((await connection.next()).content?.['text']).toBe('Here I am');
  await bob.endChat();
  const ended = await connection.until('ended');
  expect(ended).toMatchObject({ reason: 'ended', by: 'b' });
  expect(connection.device.opensEnd('b', String(ended['box']))).toBe(true);
});
