// One link, both ends in this thread.

import { MessageChannel } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { Link } from '#src/wire/link.js';
import { type Batch, Operation } from '#src/wire/message.js';
import { connect, crawl, type End, settle, tally } from './connected-links.js';
import { RecordingListener } from './recording-listener.js';

describe('what is said in one microtask', () => {
  test('leaves as one batch, after it', async () => {
    const [near, far] = connect();
    near.call(1, tally, ['a']);
    near.post(2, tally, ['b']);
    near.link.cancel(1, 'enough');
    near.link.answerResult(7, 42);
    expect(near.sent).toEqual([]);
    expect(near.link.outboxCount).toBe(4);
    await settle();
    expect(near.sent).toHaveLength(1);
    expect(near.link.outboxCount).toBe(0);
    expect(far.heard.events).toEqual([
      'call 1 tally("a")',
      'post 2 tally("b")',
      'cancel 1 enough',
      'result 7 42',
    ]);
  });

  test('and in the next microtask leaves as the next batch', async () => {
    const [near, far] = connect();
    near.call(1, tally, []);
    await Promise.resolve();
    near.call(2, tally, []);
    await settle();
    expect(near.sent).toHaveLength(2);
    expect(far.heard.events).toEqual(['call 1 tally()', 'call 2 tally()']);
  });

  test('leaves at once as soon as it is a full batch', async () => {
    const [near, far] = connect();
    for (let id = 1; id <= 600; id += 1) near.call(id, tally, [id]);
    const full = near.sent.length;
    expect(full).toBeGreaterThan(0);
    expect(near.link.outboxCount).toBeLessThan(600);
    await settle();
    expect(near.sent).toHaveLength(full + 1);
    const ids = Array.from({ length: 600 }, (_, index) => `call ${index + 1} tally(${index + 1})`);
    expect(far.heard.events).toEqual(ids);
  });

  test('can be hurried, and an empty outbox sends nothing', async () => {
    const [near] = connect();
    near.link.flush();
    near.post(1, tally, []);
    near.link.flush();
    near.link.flush();
    expect(near.sent).toHaveLength(1);
    await settle();
    expect(near.sent).toHaveLength(1);
  });
});

describe('a function', () => {
  const definitions = (end: End): unknown[] =>
    end.sent.flat().filter((each) => each === tally.url || each === crawl.url);

  test('is named in full once, and by a number from then on', async () => {
    const [near, far] = connect();
    for (let id = 1; id <= 3; id += 1) {
      near.call(id, { ...tally }, []);
      near.post(id + 10, crawl, []);
      await settle();
    }
    expect(definitions(near)).toHaveLength(2);
    expect(far.heard.events.filter((event) => event.includes('tally'))).toHaveLength(3);
    expect(far.heard.events.filter((event) => event.includes('crawl'))).toHaveLength(3);
  });

  test('arrives as the same object each time, so that what it loaded is found', async () => {
    const [near, far] = connect();
    near.call(1, { ...tally }, []);
    near.call(2, { ...tally }, []);
    await settle();
    near.call(3, { ...tally }, []);
    await settle();
    const [first, second, third] = far.heard.addresses;
    expect(first).toEqual(tally);
    expect(second).toBe(first);
    expect(third).toBe(first);
  });

  test('is told from one of the same name elsewhere, and numbered apart by each side', async () => {
    const [near, far] = connect();
    const other = { url: 'file:///other.js', name: 'tally' };
    near.call(1, tally, []);
    near.call(2, other, []);
    far.call(1, crawl, []);
    await settle();
    expect(far.heard.addresses).toEqual([tally, other]);
    expect(near.heard.addresses).toEqual([crawl]);
  });
});

describe('a notice', () => {
  test('leaves at once, behind what was said before', async () => {
    const [near, far] = connect();
    near.call(1, tally, []);
    near.link.notice('ready', { since: 3 });
    expect(near.sent).toHaveLength(2);
    near.call(2, tally, []);
    await settle();
    expect(far.heard.events).toEqual([
      'call 1 tally()',
      'notice ready {"since":3}',
      'call 2 tally()',
    ]);
  });

  test('hands its transfer list to the port', () => {
    const [near] = connect();
    const { port1, port2 } = new MessageChannel();
    const post = vi.spyOn(near.port, 'post').mockImplementation(() => true);
    near.link.notice('introduced', { name: 'loop-2' }, [port1]);
    const [batch, transferList] = post.mock.calls[0] as unknown as [Batch, unknown[]];
    expect(batch).toEqual([Operation.Notice, 'introduced', { name: 'loop-2' }]);
    expect(transferList).toHaveLength(1);
    expect(transferList[0] === port1).toBe(true);
    port1.close();
    port2.close();
  });
});

describe('a link', () => {
  test('that closes sends what waits, and both ends hear of it once', async () => {
    const [near, far] = connect();
    near.post(1, tally, []);
    near.link.close();
    near.link.close();
    await settle();
    expect(far.heard.events).toEqual(['post 1 tally()', 'closed']);
    expect(near.heard.events).toEqual(['closed']);
  });

  test('that has closed takes what is said and sends it nowhere', async () => {
    const [near, far] = connect();
    near.link.close();
    await settle();
    near.call(1, tally, []);
    near.call(2, tally, [() => {}]);
    far.link.notice('late', null);
    await settle();
    expect(far.heard.events).toEqual(['closed']);
    expect(near.heard.events).toEqual(['closed', 'unsendable 2']);
  });

  test('passes on that a batch could not be read', () => {
    const [near] = connect();
    const listen = vi.spyOn(near.port, 'listen');
    const heard = new RecordingListener();
    new Link(near.port, heard);
    listen.mock.calls[0]?.[0].onUnreadable(new Error('garbled'));
    expect(heard.events).toEqual(['unreadable Error: garbled']);
  });

  test('reads on request what has arrived, at most so many batches', () => {
    const [near, far] = connect();
    for (let id = 1; id <= 5; id += 1) {
      near.call(id, tally, []);
      near.link.flush();
    }
    far.link.drain(2);
    expect(far.heard.events).toEqual(['call 1 tally()', 'call 2 tally()']);
    far.link.drain(Infinity);
    expect(far.heard.events).toHaveLength(5);
    far.link.drain(Infinity);
    expect(far.heard.events).toHaveLength(5);
  });

  test('gives the thread back after a bounded number of batches', async () => {
    const [near, far] = connect();
    const takes = vi.spyOn(far.port, 'take');
    for (let id = 1; id <= 200; id += 1) {
      near.call(id, tally, []);
      near.link.flush();
    }
    await Promise.resolve();
    const inFirstTurn = takes.mock.calls.length;
    expect(inFirstTurn).toBeLessThan(200);
    await settle();
    expect(far.heard.events).toHaveLength(200);
  });

  test('keeps the process alive while it is referenced', () => {
    const [near] = connect();
    near.link.ref();
    expect(near.port.isReferenced).toBe(true);
    near.link.unref();
    expect(near.port.isReferenced).toBe(false);
  });
});

describe('a flood of calls', () => {
  function flooded(): { near: End; far: End; hasRoom: { now: boolean } } {
    const [near, far] = connect();
    const hasRoom = { now: false };
    vi.spyOn(far.heard, 'hasRoom').mockImplementation(() => hasRoom.now);
    return { near, far, hasRoom };
  }

  test('is read when there is room for it, in order', async () => {
    const { near, far, hasRoom } = flooded();
    for (let id = 1; id <= 600; id += 1) near.call(id, tally, [id]);
    await settle();
    expect(far.heard.events).toEqual([]);
    hasRoom.now = true;
    near.call(601, tally, [601]);
    await settle();
    expect(far.heard.events).toEqual([]);
    far.link.reader.readOn();
    const expected = Array.from(
      { length: 601 },
      (_, index) => `call ${index + 1} tally(${index + 1})`,
    );
    expect(far.heard.events).toEqual(expected);
  });

  test.each([
    ['an answer', (near: End) => near.link.answerResult(7, 'x'), 'result 7 "x"'],
    ['a cancel', (near: End) => near.link.cancel(1, 'enough'), 'cancel 1 enough'],
    ['a notice', (near: End) => near.link.notice('stop', null), 'notice stop null'],
    [
      'an urgent call',
      ({ link }: End) => link.call(Operation.Call, 2, 0, tally, []),
      'call 2 tally()',
    ],
  ] as const)('does not hold up %s', async (_what, say, heard) => {
    const { near, far } = flooded();
    near.call(1, tally, []);
    near.link.flush();
    await settle();
    say(near);
    await settle();
    expect(far.heard.events).toEqual(['call 1 tally()', heard]);
  });

  test('is read before the link is given up', async () => {
    const { near, far } = flooded();
    near.call(1, tally, []);
    near.link.close();
    await settle();
    expect(far.heard.events).toEqual(['call 1 tally()', 'closed']);
  });
});
