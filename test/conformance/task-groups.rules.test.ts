/** Rules of asyncio's TaskGroup, and of the `cancel()` of Python 3.15, beyond its listed tests. */
import { currentTask, isCancelled, sleep, TaskGroup } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script, self } from '../sync/both-kinds.js';
import { errorsOf, groupScenario, sleepAndGive, sleepAndThrow } from './group-scenario.js';
import { keepRows } from './scenario.js';
import { thrownBy } from './task-scenario.js';

keepRows('task-groups.rules');

groupScenario('S-1.9-1', 'a group is entered once, and in a task', function* ({ play }) {
  const group = new TaskGroup();
  const empty = play(function* (): Script<void> {});
  yield* on(group.run(empty));
  expect(String(yield* thrownBy(() => on(group.run(empty))))).toMatch(
    /TaskGroup <TaskGroup entered> has already been entered$/,
  );
});

groupScenario(
  'S-1.9-2',
  'createTask is refused before, after and while shutting down',
  function* (stage) {
    const { play, isAsync } = stage;
    const group = new TaskGroup();
    let ran = false;
    const work = (): never => {
      const coroutine = play(function* (): Script<void> {
        ran = true;
      });
      // An async function would run at the call: it is given as it is.
      return (isAsync ? coroutine : coroutine()) as never;
    };
    expect(() => group.createTask(work())).toThrow('has not been entered');
    const body = play(function* (): Script<void> {
      void group.createTask(play(() => sleepAndThrow(1, new RangeError('spam'))));
      yield* thrownBy(() => on(sleep(1_000)));
      expect(() => group.createTask(work())).toThrow(/TaskGroup <.*> is shutting down$/);
    });
    yield* errorsOf(() => on(group.run(body)));
    expect(() => group.createTask(work())).toThrow(/TaskGroup <.*> is finished$/);
    yield* on(sleep(1));
    expect(ran).toBe(false);
  },
);

groupScenario(
  'S-1.9-3',
  'the errors stand in the order in which they came, that of the body last',
  function* ({ play }) {
    const group = new TaskGroup();
    const body = play(function* (): Script<void> {
      const child = (delayMs: number, message: string) =>
        play(function* (): Script<void> {
          yield* thrownBy(() => on(sleep(10_000)));
          yield* on(sleep(delayMs));
          throw new RangeError(message);
        });
      void group.createTask(child(30, 'third'));
      void group.createTask(child(20, 'second'));
      void group.createTask(play(() => sleepAndThrow(5, new RangeError('first'))));
      yield* thrownBy(() => on(sleep(10_000)));
      throw new RangeError('body');
    });
    const errors = yield* errorsOf(() => on(group.run(body)));
    expect(errors.map((error) => (error as Error).message)).toEqual([
      'first',
      'second',
      'third',
      'body',
    ]);
    expect(self().cancelling()).toBe(0);
  },
);

groupScenario(
  'S-1.9-4',
  'a task is cancelled once, however the body takes its own cancel',
  function* ({ loop, play }) {
    const group = new TaskGroup();
    const log: unknown[] = [];
    const startMs = loop.time();
    const tidy = function* (): Script<void> {
      try {
        yield* on(sleep(10_000));
      } finally {
        yield* on(sleep(20));
        log.push(`clean, ${self().cancelling()} request`);
      }
    };
    const body = play(function* (): Script<void> {
      void group.createTask(play(tidy));
      void group.createTask(play(() => sleepAndThrow(5, new RangeError('spam'))));
      yield* on(sleep(10_000));
    });
    const errors = yield* errorsOf(() => on(group.run(body)));
    expect(errors).toEqual([new RangeError('spam')]);
    expect(log).toEqual(['clean, 1 request']);
    expect(loop.time() - startMs).toBe(25);
  },
);

groupScenario(
  'S-1.9-5',
  'a cancel from outside passes when all tasks have ended',
  function* ({ start, play }) {
    const log: string[] = [];
    const group = new TaskGroup();
    const task = start(() =>
      on(
        group.run(
          play(function* (): Script<void> {
            void group.createTask(
              play(function* () {
                try {
                  yield* on(sleep(10_000));
                } finally {
                  yield* on(sleep(20));
                  log.push('clean');
                }
              }),
            );
          }),
        ),
      ),
    );
    yield* on(sleep(1));
    task.cancel('why');
    const error = yield* thrownBy(() => on(task));
    log.push(String(error), String(task.cancelling()));
    expect(log).toEqual(['clean', 'CancelledError: why', '1']);
  },
);

groupScenario('S-1.9-6', 'it prints how many tasks and errors it has', function* ({ play }) {
  const group = new TaskGroup();
  const seen = [String(group)];
  const body = play(function* (): Script<void> {
    seen.push(String(group));
    void group.createTask(play(() => sleepAndThrow(1, new RangeError('spam'))));
    void group.createTask(play(() => sleepAndGive(100, null)));
    seen.push(String(group));
    yield* thrownBy(() => on(sleep(1_000)));
    seen.push(String(group).replace(/ tasks=1/, ''));
  });
  yield* thrownBy(() => on(group.run(body)));
  expect(seen).toEqual([
    '<TaskGroup>',
    '<TaskGroup entered>',
    '<TaskGroup tasks=2 entered>',
    '<TaskGroup errors=1 cancelling>',
  ]);
});

groupScenario('S-1.9-7', 'cancel() ends the block without an error', function* ({ loop, play }) {
  const group = new TaskGroup();
  const startMs = loop.time();
  const log: string[] = [];
  const body = play(function* (): Script<string> {
    const task = group.createTask(play(() => sleepAndGive(10_000, null)));
    loop.callLater(5, () => {
      group.cancel();
      group.cancel();
    });
    const error = yield* thrownBy(() => on(sleep(10_000)));
    log.push(String(isCancelled(error)), String(task.cancelling()));
    throw error;
  });
  expect(yield* on(group.run(body))).toBe(undefined);
  expect(log).toEqual(['true', '1']);
  expect(loop.time() - startMs).toBe(5);
  expect(self().cancelling()).toBe(0);
  group.cancel();
  expect(() => group.createTask(play(function* () {}) as never)).toThrow('is finished');
  yield* on(sleep(1));
});

groupScenario(
  'S-1.9-8',
  'cancel() while the block waits for its tasks, or before it is entered',
  function* ({ loop, play }) {
    const late = new TaskGroup();
    const startMs = loop.time();
    const body = play(function* (): Script<string> {
      void late.createTask(play(() => sleepAndGive(10_000, null)));
      loop.callLater(5, () => late.cancel());
      return 'value';
    });
    expect(yield* on(late.run(body))).toBe('value');
    expect(loop.time() - startMs).toBe(5);
    const early = new TaskGroup();
    early.cancel();
    let isPast = false;
    yield* on(
      early.run(
        play(function* (): Script<void> {
          expect(() => early.createTask(play(function* () {}) as never)).toThrow('shutting down');
          yield* on(sleep(10_000));
          isPast = true;
        }),
      ),
    );
    expect([isPast, loop.time() - startMs, self().cancelling()]).toEqual([false, 5, 0]);
  },
);

groupScenario(
  'S-1.9-9',
  'a task that cancels its group in its first step is cancelled itself',
  function* ({ play }) {
    const group = new TaskGroup();
    const log: string[] = [];
    yield* on(
      group.run(
        play(function* (): Script<void> {
          void group.createTask(
            play(function* () {
              group.cancel();
              log.push(isCancelled(yield* thrownBy(() => on(sleep(10_000)))) ? 'cancelled' : '');
            }),
          );
        }),
      ),
    );
    expect(log).toEqual(['cancelled']);
  },
);

groupScenario(
  'S-1.9-10',
  'a cancel from outside passes a cancelled group that has yet to end',
  function* ({ start, play }) {
    const group = new TaskGroup();
    const log: string[] = [];
    const task = start(function* () {
      yield* on(
        group.run(
          play(function* (): Script<void> {
            void group.createTask(
              play(function* () {
                try {
                  yield* on(sleep(10_000));
                } finally {
                  yield* on(sleep(20));
                  log.push('clean');
                }
              }),
            );
            yield* on(sleep(1));
            group.cancel();
          }),
        ),
      );
      log.push('past');
    });
    yield* on(sleep(5));
    task.cancel('from outside');
    log.push(String(yield* thrownBy(() => on(task))));
    expect(log).toEqual(['clean', 'CancelledError: from outside']);
  },
);

groupScenario('S-1.9-11', 'the body runs in the calling task', function* ({ play }) {
  const caller = currentTask();
  const isCaller = yield* on(
    new TaskGroup().run(
      play(function* () {
        yield* on(sleep(1));
        return currentTask() === caller;
      }),
    ),
  );
  expect(isCaller).toBe(true);
});
