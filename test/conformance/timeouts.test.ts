/** asyncio's test_timeouts. */
import { isCancelled, sleep, timeout, timeoutAt, TimeoutError } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script, self } from '../sync/both-kinds.js';
import { keepRows } from './scenario.js';
import { taskScenario, thrownBy, waiting } from './task-scenario.js';

keepRows('timeouts');

const sleeping = waiting(() => sleep(10_000));

taskScenario('A-131', 'a body that takes too long fails with TimeoutError', function* (stage) {
  const { loop, play } = stage;
  const startMs = loop.time();
  const block = timeoutAt(startMs + 10);
  const error = yield* thrownBy(() => on(block.run(play(sleeping))));
  expect(error).toBeInstanceOf(TimeoutError);
  expect((error as TimeoutError).cause).toSatisfy(isCancelled);
  expect([block.expired(), block.when(), loop.time() - startMs]).toEqual([true, startMs + 10, 10]);
  expect(self().cancelling()).toBe(0);
  const short = timeout(10);
  expect(yield* thrownBy(() => on(short.run(play(sleeping))))).toBeInstanceOf(TimeoutError);
  expect([short.expired(), short.when()]).toEqual([true, startMs + 20]);
});

taskScenario('A-132', 'of nested blocks of one deadline the outer one converts', function* (s) {
  const { loop, play } = s;
  const whenMs = loop.time() + 10;
  const [outer, inner] = [timeoutAt(whenMs), timeoutAt(whenMs)];
  const seen: unknown[] = [];
  const error = yield* thrownBy(() =>
    on(
      outer.run(
        play(function* () {
          const passing = yield* thrownBy(() => on(inner.run(play(sleeping))));
          seen.push(isCancelled(passing));
          throw passing;
        }),
      ),
    ),
  );
  expect(error).toBeInstanceOf(TimeoutError);
  expect(seen).toEqual([true]);
  expect([outer.expired(), inner.expired(), self().cancelling()]).toEqual([true, true, 0]);
});

taskScenario('A-134', 'a body that does not wait is not interrupted', function* ({ play }) {
  const block = timeout(0);
  expect(
    yield* on(
      block.run(
        play(function* () {
          return 'value';
        }),
      ),
    ),
  ).toBe('value');
  expect(block.expired()).toBe(false);
  yield* on(sleep(0));
  for (const delayMs of [0, -11]) {
    const late = timeout(delayMs);
    const body = play(function* (): Script<void> {
      // The time is up in the tick of the first wait; an async function needs one more to hear it.
      yield* on(sleep(0));
      yield* on(sleep(0));
    });
    expect(yield* thrownBy(() => on(late.run(body)))).toBeInstanceOf(TimeoutError);
    expect(late.expired()).toBe(true);
  }
});

taskScenario('A-136', 'a cancel by others passes', function* ({ play, start }) {
  const block = timeout(10_000);
  const task = start(() => on(block.run(play(waiting(() => sleep(20_000))))));
  yield* on(sleep(1));
  task.cancel('why');
  expect(String(yield* thrownBy(() => on(task)))).toBe('CancelledError: why');
  expect(block.expired()).toBe(false);
});

taskScenario(
  'A-136c',
  'a cancel by others in the tick of the deadline passes, and is still counted',
  function* ({ play, start }) {
    const seen: unknown[] = [];
    const task = start(function* () {
      const error = yield* thrownBy(() =>
        on(
          timeout(0).run(
            play(function* () {
              self().cancel('ext');
              yield* on(sleep(10_000));
            }),
          ),
        ),
      );
      seen.push(String(error), self().cancelling());
      throw error;
    });
    expect(String(yield* thrownBy(() => on(task)))).toBe('CancelledError: ext');
    expect(seen).toEqual(['CancelledError: ext', 1]);
  },
);

taskScenario('A-137', 'another error passes, with the TimeoutError as its cause', function* (s) {
  const { play } = s;
  const failure = new RangeError('key');
  const early = timeout(10_000);
  const raising = play(function* (): Script<void> {
    throw failure;
  });
  expect(yield* thrownBy(() => on(early.run(raising)))).toBe(failure);
  expect([early.expired(), failure.cause]).toEqual([false, undefined]);
  const late = timeout(10);
  const cleaning = play(function* (): Script<void> {
    yield* thrownBy(() => on(sleep(10_000)));
    throw failure;
  });
  expect(yield* thrownBy(() => on(late.run(cleaning)))).toBe(failure);
  expect(late.expired()).toBe(true);
  expect(failure.cause).toBeInstanceOf(TimeoutError);
  expect((failure.cause as TimeoutError).cause).toSatisfy(isCancelled);
  expect(self().cancelling()).toBe(0);
});

taskScenario('A-139', 'another task moves the deadline', function* ({ loop, play, start }) {
  const startMs = loop.time();
  const block = timeout(10);
  const task = start(() => on(block.run(play(waiting(() => sleep(1_000, 'slept'))))));
  yield* on(sleep(5));
  block.reschedule(startMs + 30);
  expect(block.when()).toBe(startMs + 30);
  yield* on(sleep(15));
  expect(task.done()).toBe(false);
  block.reschedule(null);
  expect(block.when()).toBe(null);
  expect(yield* on(task)).toBe('slept');
  expect([block.expired(), loop.time() - startMs]).toEqual([false, 1_000]);
});

taskScenario('A-141', 'a cancel that was swallowed is over for the next block', function* (s) {
  const { play, start } = s;
  const seen: unknown[] = [];
  const task = start(function* () {
    self().cancel('swallowed');
    seen.push(String(yield* thrownBy(() => on(sleep(10_000)))));
    const error = yield* thrownBy(() => on(timeout(0).run(play(sleeping))));
    seen.push((error as Error).name, self().cancelling());
    yield* on(
      timeout(1).run(
        play(function* () {
          self().cancel('fresh');
          yield* on(sleep(10_000));
        }),
      ),
    );
  });
  expect(String(yield* thrownBy(() => on(task)))).toBe('CancelledError: fresh');
  expect(seen).toEqual(['CancelledError: swallowed', 'TimeoutError', 1]);
});
