// A channel among participants of one thread.

import {
  Channel,
  ChannelClosedError,
  type Coroutine,
  gather,
  InvalidArgumentError,
  NotCloneableError,
  QueueEmptyError,
  QueueFullError,
  sleep,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Participants, play, start } from './participants.js';

type Numbers = Channel<number>;

function channelOf(count: number, capacity: number) {
  const people = new Participants(count);
  const all = people.share(new Channel<number>({ capacity }), Channel) as Numbers[];
  return { people, all };
}

describe('a channel', () => {
  test('brings values in order, and makes senders wait for room', async () => {
    const [a, b] = channelOf(2, 2).all as [Numbers, Numbers];
    const sent: number[] = [];
    await play(function* (loop) {
      const sending = loop.createTask(
        (function* (): Coroutine<void> {
          for (let number = 0; number < 5; number += 1) {
            yield* a.send(number);
            sent.push(number);
          }
        })(),
      );
      yield* sleep(1);
      expect(sent).toEqual([0, 1]);
      const got: number[] = [];
      for (let number = 0; number < 5; number += 1) got.push(yield* b.receive());
      expect(got).toEqual([0, 1, 2, 3, 4]);
      yield* sending;
    });
  });

  test('serves those who wait in the order in which they came', async () => {
    const [a, b, c] = channelOf(3, 4).all as [Numbers, Numbers, Numbers];
    await play(function* (loop) {
      const waiting = [a, b, a].map((each) => start(loop, each.receive()));
      yield* sleep(1);
      for (const number of [1, 2, 3]) {
        c.trySend(number);
        yield* sleep(1);
      }
      expect(yield* gather(waiting)).toEqual([1, 2, 3]);
    });
  });

  test('loses no value with a task that is cancelled on its way', async () => {
    const [a, b, c] = channelOf(3, 4).all as [Numbers, Numbers, Numbers];
    await play(function* (loop) {
      const first = start(loop, a.receive());
      const second = start(loop, b.receive());
      yield* sleep(1);
      c.trySend(1);
      first.cancel();
      expect(yield* second).toBe(1);
      expect(first.cancelled()).toBe(true);
    });
    expect(c.stats()).toMatchObject({ itemCount: 0, receiverCount: 0 });
  });

  test('ends for all when it is closed and empty', async () => {
    const [a, b] = channelOf(2, 4).all as [Numbers, Numbers];
    const got: number[] = [];
    await play(function* (loop) {
      a.trySend(1);
      const reading = loop.createTask(async () => {
        for await (const number of b) got.push(number);
      });
      const waiting = start(
        loop,
        b.forEach((number) => void got.push(-number)),
      );
      yield* sleep(1);
      a.trySend(2);
      a.close();
      yield* gather([reading, waiting]);
      expect(() => b.trySend(3)).toThrow(ChannelClosedError);
      expect(() => b.tryReceive()).toThrow("Channel was closed by thread 'a'");
    });
    expect(got.map(Math.abs)).toEqual([1, 2]);
  });

  test('refuses senders that wait when it is closed', async () => {
    const [a, b] = channelOf(2, 1).all as [Numbers, Numbers];
    await play(function* (loop) {
      a.trySend(1);
      const waiting = [a, b, b].map((each) => start(loop, each.send(2)));
      yield* sleep(1);
      b.close();
      const outcomes = yield* gather(waiting, { returnExceptions: true });
      for (const outcome of outcomes) expect(outcome).toBeInstanceOf(ChannelClosedError);
      expect(yield* a.receive()).toBe(1);
    });
  });

  test('tells at once whether there is room, or a value', () => {
    const [a, b] = channelOf(2, 1).all as [Numbers, Numbers];
    expect(() => a.tryReceive()).toThrow(QueueEmptyError);
    a.trySend(1);
    expect(() => b.trySend(2)).toThrow(QueueFullError);
    expect(() => b.sendSync(2, 2)).toThrow(TimeoutError);
    expect(b.tryReceive()).toBe(1);
    expect(() => b.receiveSync(2)).toThrow(TimeoutError);
    expect(String(a)).toBe('<Channel [open, values:0/1]>');
  });

  test('carries whatever Node can clone as bytes, as large as it is', () => {
    const channel = new Channel<unknown>({ byteCapacity: 1 << 16 });
    const values = [
      undefined,
      { deep: [1n, new Date(0), /a/u, new Map([[1, new Set(['x'])]])] },
      new Error('told'),
      new Uint8Array(60_000).fill(7),
      'π'.repeat(20_000),
    ];
    for (const value of values) {
      channel.trySend(value);
      expect(channel.tryReceive()).toEqual(value);
    }
  });

  test('holds as many bytes as it was made for', async () => {
    const [a, b] = channelOf(2, 8).all as unknown as [Channel<Uint8Array>, Channel<Uint8Array>];
    const small = new Channel<Uint8Array>({ capacity: 8, byteCapacity: 1024 });
    const value = new Uint8Array(600);
    await play(function* (loop) {
      small.trySend(value);
      expect(() => small.trySend(value)).toThrow(QueueFullError);
      const waiting = start(loop, small.send(value.fill(1)));
      yield* sleep(1);
      expect((yield* small.receive())[0]).toBe(0);
      yield* waiting;
      expect((yield* small.receive())[0]).toBe(1);
    });
    expect(() => small.trySend(new Uint8Array(2_000))).toThrow(InvalidArgumentError);
    a.trySend(value);
    expect(b.stats().byteCount).toBeGreaterThan(600);
  });

  test('refuses what cannot be copied, and goes on', () => {
    const channel = new Channel<unknown>();
    expect(() => channel.trySend({ fn: () => 1 })).toThrow(NotCloneableError);
    expect(() => channel.trySend(new SharedArrayBuffer(8))).toThrow(NotCloneableError);
    channel.trySend('fine');
    expect(channel.tryReceive()).toBe('fine');
  });

  test.for([
    { capacity: 0 },
    { capacity: 1.5 },
    { capacity: 2 ** 21 },
    { byteCapacity: 0 },
    { byteCapacity: 2 ** 31 },
  ])('is not made with %o', (options) => {
    expect(() => new Channel(options)).toThrow(InvalidArgumentError);
  });
});

describe('the ends of a channel', () => {
  test('are the threads that send and receive, and those that say so', () => {
    const [a, b, c] = channelOf(3, 4).all as [Numbers, Numbers, Numbers];
    a.trySend(1);
    b.tryReceive();
    c.attach('sender');
    expect(a.stats()).toMatchObject({ senders: ['a', 'c'], receivers: ['b'] });
    a.detach('sender');
    expect(c.closed).toBe(false);
    c.detach('sender');
    c.detach('sender');
    expect(() => b.tryReceive()).toThrow("its last sender, thread 'c', is gone");
  });

  test('close it with the last sender that dies, for those who receive', async () => {
    const { people, all } = channelOf(4, 4);
    const [a, b, c] = all as [Numbers, Numbers, Numbers];
    await play(function* (loop) {
      a.trySend(1);
      b.trySend(2);
      const first = start(loop, c.receive());
      const others = [c, c].map((each) => start(loop, each.receive()));
      yield* sleep(1);
      people.kill(0);
      yield* sleep(1);
      expect(c.closed).toBe(false);
      people.kill(1);
      const outcomes = yield* gather([first, ...others], { returnExceptions: true });
      expect(outcomes.slice(0, 2)).toEqual([1, 2]);
      expect(outcomes[2]).toBeInstanceOf(ChannelClosedError);
    });
  });

  test('close it with the last receiver that dies, for those who send', async () => {
    const { people, all } = channelOf(3, 1);
    const [a, b] = all as [Numbers, Numbers];
    await play(function* (loop) {
      b.attach('receiver');
      a.trySend(1);
      const waiting = start(loop, a.send(2));
      yield* sleep(1);
      people.kill(1);
      const [outcome] = yield* gather([waiting], { returnExceptions: true });
      expect(outcome).toBeInstanceOf(ChannelClosedError);
      expect(String(outcome)).toMatch("its last receiver, thread 'b', is gone");
    });
  });

  test('leave what a dead receiver had been given to the others', async () => {
    const { people, all } = channelOf(3, 4);
    const [a, b, c] = all as [Numbers, Numbers, Numbers];
    await play(function* (loop) {
      const dead = start(loop, a.receive());
      const living = start(loop, b.receive());
      yield* sleep(1);
      c.trySend(1);
      people.kill(0);
      expect(yield* living).toBe(1);
      dead.cancel();
    });
  });
});
