/** Trio's capacity limiters and locks. */
import * as trio from 'threadloop/trio';
import { expect } from 'vitest';
import { keepRows } from './scenario.js';
import { errorsOf, on, thrownBy, trioScenario } from './trio-scenario.js';

keepRows('trio-sync');

trioScenario('T-37', 'a limiter serves in order, and follows its total', function* ({ play }) {
  const limiter = new trio.CapacityLimiter(2);
  const borrowers = (): readonly unknown[] =>
    [...limiter.statistics().borrowers].toSorted((a, b) => Number(a) - Number(b));
  const blocked = (): Parameters<typeof on>[0] => trio.testing.waitAllTasksBlocked();
  yield* on(
    trio.openNursery((nursery) => {
      for (let id = 0; id < 5; id += 1) {
        nursery.startSoon(play(() => on(limiter.acquireOnBehalfOf(id))));
      }
      return play(function* () {
        yield* on(blocked());
        expect(borrowers()).toEqual([0, 1]);
        expect(() => limiter.acquireOnBehalfOfNowait(0)).toThrow('already holding');
        expect(() => limiter.acquireOnBehalfOfNowait(9)).toThrow(trio.WouldBlockError);
        limiter.totalTokens += 2;
        yield* on(blocked());
        expect(borrowers()).toEqual([0, 1, 2, 3]);
        limiter.totalTokens -= 3;
        yield* on(blocked());
        expect(limiter.borrowedTokens).toBe(4);
        for (const id of [0, 1, 2]) limiter.releaseOnBehalfOf(id);
        yield* on(blocked());
        expect(borrowers()).toEqual([3]);
        limiter.releaseOnBehalfOf(3);
        yield* on(blocked());
        expect(borrowers()).toEqual([4]);
      })();
    }),
  );
  expect(() => limiter.releaseOnBehalfOf(3)).toThrow("isn't holding any");
  yield* on(
    trio.moveOnAfter(
      1,
      play(() => on(limiter.acquire())),
    ),
  );
  expect(limiter.statistics().tasksWaiting).toBe(0);
  limiter.releaseOnBehalfOf(4);
  limiter.totalTokens = 0;
  yield* on(
    trio.openNursery((nursery) => {
      for (let id = 0; id < 5; id += 1) {
        nursery.startSoon(play(() => on(limiter.acquireOnBehalfOf(id))));
      }
      return play(function* () {
        yield* on(blocked());
        expect(limiter.borrowedTokens).toBe(0);
        limiter.totalTokens = 5;
      })();
    }),
  );
  expect(limiter.borrowedTokens).toBe(5);
});

trioScenario('T-38', 'a lock breaks when its owner ends', function* ({ play }) {
  const lock = new trio.Lock();
  const thrown = yield* thrownBy(() =>
    on(
      trio.openNursery((nursery) => {
        nursery.startSoon(
          play(function* () {
            yield* on(lock.acquire());
            yield* on(trio.sleep(5));
          }),
        );
        nursery.startSoon(
          play(function* () {
            yield* on(trio.sleep(1));
            yield* on(lock.acquire());
          }),
        );
      }),
    ),
  );
  const [error] = errorsOf(thrown);
  expect(error).toBeInstanceOf(trio.BrokenResourceError);
  expect(String(error)).toContain('Owner of this lock exited without releasing: ');
  expect(() => lock.acquireNowait()).toThrow(trio.BrokenResourceError);
});

trioScenario('T-38c', 'a lock goes from hand to hand, also through a condition', function* (s) {
  const condition = new trio.Condition();
  const order: string[] = [];
  const waiter = (name: string): (() => trio.Coroutine<void>) =>
    s.play(() =>
      on(
        condition.run(
          s.play(function* () {
            yield* on(condition.wait());
            order.push(name);
            yield* on(trio.checkpoint());
          }),
        ),
      ),
    );
  yield* on(
    trio.openNursery((nursery) => {
      nursery.startSoon(waiter('first'));
      nursery.startSoon(waiter('second'));
      nursery.startSoon(waiter('third'));
      return s.play(function* () {
        yield* on(trio.testing.waitAllTasksBlocked());
        expect(() => condition.notify()).toThrow('must hold the lock');
        yield* on(condition.acquire());
        condition.notify(2);
        condition.release();
        yield* on(trio.testing.waitAllTasksBlocked());
        expect(order).toEqual(['first', 'second']);
        expect(condition.statistics().tasksWaiting).toBe(1);
        nursery.cancelScope.cancel();
      })();
    }),
  );
  expect(condition.locked()).toBe(false);
});
