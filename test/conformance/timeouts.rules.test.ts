/** Rules of asyncio's Timeout beyond its listed tests. */
import { sleep, Timeout, timeout, timeoutAt, TimeoutError } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script, self } from '../sync/both-kinds.js';
import { keepRows, scenario } from './scenario.js';
import { taskScenario, thrownBy, waiting } from './task-scenario.js';

keepRows('timeouts.rules');

const sleeping = waiting(() => sleep(10_000));

taskScenario('S-1.10-1', 'a block is entered once', function* ({ play }) {
  const block = timeout(10);
  expect(() => block.reschedule(20)).toThrow('Timeout has not been entered');
  const empty = play(function* (): Script<void> {});
  yield* on(block.run(empty));
  expect(String(yield* thrownBy(() => on(block.run(empty))))).toMatch(
    /Timeout has already been entered$/,
  );
});

scenario('S-1.10-2', 'a block is entered inside a task', async ({ run, newLoop }) => {
  const loop = newLoop();
  const thrown = loop.createFuture<unknown>();
  loop.callSoon(() => {
    try {
      timeout(10)
        .run(function* () {})
        [Symbol.iterator]()
        .next();
      thrown.setResult('nothing');
    } catch (error) {
      thrown.setResult(String(error));
    }
  });
  expect(await run(thrown, loop)).toMatch(/Timeout should be used inside a task$/);
});

taskScenario('S-1.10-3', 'the deadline moves only while the body runs', function* ({ play }) {
  const expiring = timeout(10);
  const body = play(function* (): Script<void> {
    yield* thrownBy(() => on(sleep(10_000)));
    expect(expiring.expired()).toBe(true);
    expect(() => expiring.reschedule(20)).toThrow('Cannot change state of expiring Timeout');
  });
  yield* on(expiring.run(body));
  expect(() => expiring.reschedule(20)).toThrow('Cannot change state of expired Timeout');
  expect(self().cancelling()).toBe(0);
  const finished = timeout(10);
  yield* on(finished.run(play(function* (): Script<void> {})));
  expect(() => finished.reschedule(20)).toThrow('Cannot change state of finished Timeout');
});

taskScenario('S-1.10-4', 'it prints its state, and its deadline while it is active', function* (s) {
  const { loop, play } = s;
  const block = timeoutAt(loop.time() + 10);
  const seen = [String(block)];
  const body = play(function* (): Script<void> {
    seen.push(String(block));
    yield* thrownBy(() => on(sleep(10_000)));
    seen.push(String(block));
  });
  yield* on(block.run(body));
  seen.push(String(block));
  expect(seen).toEqual([
    '<Timeout [created]>',
    '<Timeout [active] when=10>',
    '<Timeout [expiring]>',
    '<Timeout [expired]>',
  ]);
});

taskScenario('S-1.10-5', 'a deadline moved into the past interrupts at once', function* (stage) {
  const { loop, play } = stage;
  yield* on(sleep(100));
  const block = timeout(null);
  const startMs = loop.time();
  loop.callLater(5, () => block.reschedule(startMs - 50));
  expect(yield* thrownBy(() => on(block.run(play(sleeping))))).toBeInstanceOf(TimeoutError);
  expect(loop.time() - startMs).toBe(5);
});

taskScenario(
  'S-1.10-6',
  'the inner block converts where its deadline comes first, the outer where its own does',
  function* ({ loop, play }) {
    const log: unknown[][] = [];
    const nest = function* (outerMs: number, innerMs: number): Script<void> {
      const seen: unknown[] = [];
      const inner = timeout(innerMs);
      const error = yield* thrownBy(() =>
        on(
          timeout(outerMs).run(
            play(function* () {
              const passing = yield* thrownBy(() => on(inner.run(play(sleeping))));
              seen.push((passing as Error).name, loop.time());
              throw passing;
            }),
          ),
        ),
      );
      log.push([...seen, (error as Error).name, inner.expired()]);
    };
    yield* nest(20, 10);
    yield* nest(10, 20);
    expect(log).toEqual([
      ['TimeoutError', 10, 'TimeoutError', true],
      ['CancelledError', 20, 'TimeoutError', false],
    ]);
    expect(self().cancelling()).toBe(0);
  },
);

taskScenario(
  'S-1.10-7',
  'a cancel by others that comes while an expired body cleans up passes',
  function* ({ play, start }) {
    const block = timeout(10);
    const task = start(function* () {
      const error = yield* thrownBy(() =>
        on(
          block.run(
            play(function* () {
              try {
                yield* on(sleep(10_000));
              } finally {
                yield* on(sleep(100));
              }
            }),
          ),
        ),
      );
      expect([String(error), self().cancelling()]).toEqual(['CancelledError: ext', 1]);
      throw error;
    });
    yield* on(sleep(20));
    task.cancel('ext');
    expect(String(yield* thrownBy(() => on(task)))).toBe('CancelledError: ext');
    expect([block.expired(), task.cancelled()]).toEqual([true, true]);
  },
);

taskScenario('S-1.10-8', 'no deadline is no limit', function* ({ loop, play }) {
  const startMs = loop.time();
  for (const block of [timeout(null), timeoutAt(null), timeout(Infinity), new Timeout(null)]) {
    expect(yield* on(block.run(play(waiting(() => sleep(100_000, 'slept')))))).toBe('slept');
    expect(block.expired()).toBe(false);
  }
  expect(loop.time() - startMs).toBe(400_000);
});
