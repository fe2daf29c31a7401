// A barrier among participants of one thread.

import {
  BrokenBarrierError,
  gather,
  InvalidArgumentError,
  SharedBarrier,
  sleep,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import type { Member } from '#src/shared/member.js';
import { Participants, play, start } from './participants.js';

function barrierOf(count: number, parties: number) {
  const people = new Participants(count);
  return { people, all: people.share(new SharedBarrier(parties), SharedBarrier) };
}

type Three = [SharedBarrier, SharedBarrier, SharedBarrier];

describe('a shared barrier', () => {
  test('lets groups go on together, again and again, each task with a number', async () => {
    const [a, b, c] = barrierOf(3, 3).all as Three;
    await play(function* (loop) {
      for (const group of [
        [a, b, c],
        [b, b, a],
        [c, c, c],
      ]) {
        const waiting = group.map((each) => start(loop, each.wait()));
        const numbers = yield* gather(waiting);
        expect(numbers.toSorted((x, y) => x - y)).toEqual([0, 1, 2]);
      }
    });
    expect(a.stats()).toEqual({ parties: 3, nWaiting: 0, isBroken: false });
  });

  test('waits for as many as it was made for', async () => {
    const [a, b] = barrierOf(2, 3).all as Three;
    await play(function* (loop) {
      const first = start(loop, a.wait());
      const second = start(loop, b.wait());
      yield* sleep(5);
      expect([first.done(), second.done(), a.nWaiting]).toEqual([false, false, 2]);
      second.cancel();
      yield* sleep(1);
      expect(a.nWaiting).toBe(1);
      yield* gather([first, start(loop, a.wait()), start(loop, b.wait())]);
    });
  });

  test('breaks for all when it is aborted, until it is reset', async () => {
    const [a, b, c] = barrierOf(3, 3).all as Three;
    await play(function* (loop) {
      const waiting = [a, b].map((each) => start(loop, each.wait()));
      yield* sleep(1);
      c.abort();
      const outcomes = yield* gather(waiting, { returnExceptions: true });
      for (const outcome of outcomes) expect(outcome).toBeInstanceOf(BrokenBarrierError);
      expect(() => b.waitSync()).toThrow('Barrier aborted');
      b.reset();
      yield* gather([a, b, c].map((each) => start(loop, each.wait())));
    });
  });

  test('fails those who wait when it is reset', async () => {
    const [a, b] = barrierOf(2, 2).all as Three;
    await play(function* (loop) {
      const waiting = start(loop, a.wait());
      yield* sleep(1);
      b.reset();
      const [outcome] = yield* gather([waiting], { returnExceptions: true });
      expect(outcome).toEqual(new BrokenBarrierError('Reset of barrier'));
      yield* gather([a, b].map((each) => start(loop, each.wait())));
    });
  });

  test('breaks when a party dies, whether it waits or is on its way', async () => {
    const { people, all } = barrierOf(4, 3);
    const [a, b, c, d] = all as [...Three, SharedBarrier];
    await play(function* (loop) {
      yield* gather([a, b, c].map((each) => start(loop, each.wait())));
      const waiting = start(loop, b.wait());
      yield* sleep(1);
      people.kill(0);
      const [outcome] = yield* gather([waiting], { returnExceptions: true });
      expect(outcome).toBeInstanceOf(BrokenBarrierError);
      expect(String(outcome)).toMatch("thread 'a', which has waited here, died");
      expect(d.broken).toBe(true);
      b.reset();
      yield* gather([b, c, d].map((each) => start(loop, each.wait())));
    });
  });

  test('that breaks at the last moment keeps nobody waiting', () => {
    const { people, all } = barrierOf(2, 2);
    const [a, b] = all as Three;
    const [member] = people.members as [Member];
    const begin = member.beginWaiting.bind(member);
    const end = vi.spyOn(member, 'endWaiting');
    vi.spyOn(member, 'beginWaiting').mockImplementation((place) => {
      b.abort();
      begin(place);
    });
    expect(() => a.waitSync()).toThrow('Barrier aborted');
    expect(end).toHaveBeenCalledOnce();
  });

  test('blocks a thread where that is asked for, with a limit', () => {
    const [a, b] = barrierOf(2, 2).all as Three;
    expect(() => a.waitSync(2)).toThrow(TimeoutError);
    expect([a.nWaiting, b.broken]).toEqual([0, false]);
    expect(new SharedBarrier(1).waitSync()).toBe(0);
  });

  test.for([0, -1, 1.5, Number.NaN])('is not made for %s parties', (parties) => {
    expect(() => new SharedBarrier(parties)).toThrow(InvalidArgumentError);
  });
});
