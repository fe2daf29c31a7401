/** asyncio's test_staggered. */
import { CancelledError, isCancelled, sleep, staggeredRace } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows } from './scenario.js';
import { taskScenario, thrownBy } from './task-scenario.js';

keepRows('staggered-race');

taskScenario('A-159', 'the first to succeed wins, and the others are cancelled', function* (s) {
  const { loop, play } = s;
  const startMs = loop.time();
  const slow = play(() => on(sleep(1_000, 'slow')));
  const fast = play(() => on(sleep(5, 'fast')));
  expect(yield* on(staggeredRace<string>([slow, fast], 20))).toEqual({
    winner: 'fast',
    index: 1,
    errors: [expect.any(CancelledError), null],
  });
  expect(loop.time() - startMs).toBe(25);
  const failures = [new RangeError('value'), new TypeError('key')];
  const failing = failures.map((failure) =>
    play(function* (): Script<never> {
      yield* on(sleep(1));
      throw failure;
    }),
  );
  expect(yield* on(staggeredRace(failing, 1_000))).toEqual({
    winner: null,
    index: null,
    errors: failures,
  });
  expect(loop.time() - startMs).toBe(27);
});

taskScenario(
  'A-159c',
  'of two that succeed in one tick the first wins',
  function* ({ loop, play }) {
    const bell = loop.createFuture<null>();
    const attempt = (word: string) =>
      play(function* (): Script<string> {
        yield* on(bell);
        return word;
      });
    loop.callLater(50, () => bell.setResult(null));
    const { winner, index } = yield* on(staggeredRace([attempt('a'), attempt('b')], 10));
    expect([winner, index]).toEqual(['a', 0]);
  },
);

taskScenario('A-161', 'every cancel of the race reaches the attempt', function* (stage) {
  const { play, start } = stage;
  const log: string[] = [];
  const stubborn = play(function* (): Script<never> {
    for (;;) {
      const error = yield* thrownBy(() => on(sleep(10_000)));
      log.push(String(error));
      if (log.length === 3) throw error;
    }
  });
  const task = start(() => on(staggeredRace([stubborn], null)));
  for (const message of ['one', 'two', 'three']) {
    yield* on(sleep(1));
    expect(task.cancel(message)).toBe(true);
  }
  expect(yield* thrownBy(() => on(task))).toSatisfy(isCancelled);
  expect(log).toEqual(['one', 'two', 'three'].map((message) => `CancelledError: ${message}`));
  expect([task.cancelled(), task.cancelling()]).toEqual([true, 3]);
});

taskScenario('A-161c', 'no attempts is no winner', function* () {
  expect(yield* on(staggeredRace([], 10))).toEqual({ winner: null, index: null, errors: [] });
});
