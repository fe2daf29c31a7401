// BoundedSemaphore: as Semaphore, but no more permits than it began with.

import { BoundedSemaphore, InvalidArgumentError, InvalidStateError, Semaphore } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { kinds, on, pause, settle, stage } from './both-kinds.js';

describe('a bounded semaphore', () => {
  test('A-094 is not released more often than it was acquired', () => {
    const semaphore = new BoundedSemaphore(2);
    const release = (): void => semaphore.release();
    expect(release).toThrow(InvalidStateError);
    expect(release).toThrow(/^BoundedSemaphore released too many times$/);
    expect(semaphore.stats().value).toBe(2);
  });

  test('is a semaphore, with its limits and its text', () => {
    expect(new BoundedSemaphore()).toBeInstanceOf(Semaphore);
    expect(String(new BoundedSemaphore(3))).toBe('<BoundedSemaphore [unlocked, value:3]>');
    expect(() => new BoundedSemaphore(-1)).toThrow(InvalidArgumentError);
  });

  test.for(kinds)('$title refuses a second release of one permit', (kind) =>
    stage(kind, function* ({ start }) {
      const semaphore = new BoundedSemaphore(1);
      const task = start(function* () {
        const hold = yield* on(semaphore.acquire());
        hold.release();
        hold.release();
        semaphore.release();
      });
      yield* settle();
      expect(() => task.result()).toThrow('BoundedSemaphore released too many times');
    }),
  );

  test.for(kinds)('$title keeps the permit of a task cancelled on the way to it', (kind) =>
    stage(kind, function* ({ start }) {
      const semaphore = new BoundedSemaphore(1);
      yield* semaphore.acquire();
      const first = start(() => on(semaphore.run(kind.play(() => on(pause(1_000))))));
      const second = start(() => on(semaphore.acquire()));
      yield* settle();
      semaphore.release();
      first.cancel();
      yield* settle();
      expect(second.done()).toBe(true);
      expect(semaphore.stats()).toEqual({ value: 0, waiterCount: 0 });
    }),
  );
});
