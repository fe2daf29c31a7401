// An event among participants of one thread.

import { gather, SharedEvent, sleep, TimeoutError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Participants, play, start } from './participants.js';

function eventOf(count: number) {
  const people = new Participants(count);
  return { people, all: people.share(new SharedEvent(), SharedEvent) };
}

describe('a shared event', () => {
  test('lets all participants go on once it is set', async () => {
    const [a, b, c] = eventOf(3).all as [SharedEvent, SharedEvent, SharedEvent];
    await play(function* (loop) {
      const waiting = [a, b, b, c].map((each) => start(loop, each.wait()));
      yield* sleep(1);
      expect(waiting.some((task) => task.done())).toBe(false);
      expect(b.stats()).toEqual({ isSet: false, waiterCount: 2 });
      a.set();
      expect(yield* gather(waiting)).toEqual([true, true, true, true]);
      expect(yield* c.wait()).toBe(true);
    });
    expect(String(b)).toBe('<SharedEvent [set]>');
  });

  test('lets those go on who waited, even when it is cleared at once', async () => {
    const [a, b] = eventOf(2).all as [SharedEvent, SharedEvent];
    await play(function* (loop) {
      const before = start(loop, b.wait());
      yield* sleep(1);
      a.set();
      a.clear();
      const after = start(loop, b.wait());
      yield* before;
      yield* sleep(5);
      expect(after.done()).toBe(false);
      after.cancel();
      yield* gather([after], { returnExceptions: true });
    });
    expect(b.stats().waiterCount).toBe(0);
  });

  test('blocks a thread where that is asked for, with a limit', () => {
    const [a, b] = eventOf(2).all as [SharedEvent, SharedEvent];
    expect(() => a.waitSync(2)).toThrow(TimeoutError);
    b.set();
    expect(a.waitSync(0)).toBe(true);
  });

  test('survives its participants', async () => {
    const { people, all } = eventOf(3);
    const [, b, c] = all as [SharedEvent, SharedEvent, SharedEvent];
    await play(function* (loop) {
      const waiting = start(loop, c.wait());
      yield* sleep(1);
      people.kill(0);
      b.set();
      yield* waiting;
    });
  });
});
