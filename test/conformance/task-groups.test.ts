/** asyncio's test_taskgroups. Every scenario runs with ordinary and with eager tasks. */
import { CancelledError, isCancelled, sleep, TaskGroup, ExceptionGroup } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script, self } from '../sync/both-kinds.js';
import { errorsOf, groupScenario, sleepAndGive, sleepAndThrow } from './group-scenario.js';
import { doesNotApply, keepRows } from './scenario.js';
import { thrownBy } from './task-scenario.js';

keepRows('task-groups');

groupScenario('A-117', 'a group is left when all its tasks have ended', function* (stage) {
  const { loop, play } = stage;
  const startMs = loop.time();
  const group = new TaskGroup();
  const tasks = yield* on(
    group.run(
      play(function* () {
        return [
          group.createTask(play(() => sleepAndGive(100, 42))),
          group.createTask(play(() => sleepAndGive(200, 11))),
        ];
      }),
    ),
  );
  expect(loop.time() - startMs).toBe(200);
  expect(tasks.map((task) => task.result())).toEqual([42, 11]);
});

groupScenario('A-119', 'a task that is cancelled does not disturb its group', function* (stage) {
  const { play } = stage;
  const group = new TaskGroup();
  const [cancelled, raised, kept] = yield* on(
    group.run(
      play(function* () {
        const tasks = [
          group.createTask(play(() => sleepAndGive(1_000, 1))),
          group.createTask(play(() => sleepAndThrow(5, new CancelledError('by itself')))),
          group.createTask(play(() => sleepAndGive(20, 11))),
        ] as const;
        yield* on(sleep(1));
        expect(tasks[0].cancel()).toBe(true);
        return tasks;
      }),
    ),
  );
  expect([cancelled.cancelled(), raised.cancelled(), kept.result()]).toEqual([true, true, 11]);
  expect(self().cancelling()).toBe(0);
});

groupScenario(
  'A-121',
  'an error of the outer group passes flat through an inner one that waits',
  function* ({ play }) {
    const failure = new RangeError('outer');
    const inner = new TaskGroup();
    const outer = new TaskGroup();
    const errors = yield* errorsOf(() =>
      on(
        outer.run(
          play(function* () {
            void outer.createTask(play(() => sleepAndThrow(10, failure)));
            yield* on(
              inner.run(
                play(function* () {
                  void inner.createTask(play(() => sleepAndGive(10_000, null)));
                }),
              ),
            );
          }),
        ),
      ),
    );
    expect(errors).toEqual([failure]);
    expect(errors[0]).toBe(failure);
  },
);

groupScenario('A-121c', 'an error of the inner group is a group in the outer one', function* (s) {
  const { play } = s;
  const failure = new RangeError('inner');
  const inner = new TaskGroup();
  const outer = new TaskGroup();
  const errors = yield* errorsOf(() =>
    on(
      outer.run(
        play(function* () {
          void outer.createTask(play(() => sleepAndGive(10_000, null)));
          yield* on(
            inner.run(
              play(function* () {
                void inner.createTask(play(() => sleepAndThrow(10, failure)));
              }),
            ),
          );
        }),
      ),
    ),
  );
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(ExceptionGroup);
  expect((errors[0] as ExceptionGroup).errors).toEqual([failure]);
});

doesNotApply(
  'A-122',
  'errors outside Exception pass through a group bare',
  'JavaScript has no BaseException: whatever is thrown joins the ExceptionGroup',
);

groupScenario('A-124', 'a task may create another while the group waits', function* ({ play }) {
  const group = new TaskGroup();
  const log: string[] = [];
  const grandchild = function* (): Script<void> {
    yield* on(sleep(100));
    log.push('grandchild');
  };
  yield* on(
    group.run(
      play(function* () {
        void group.createTask(
          play(function* () {
            yield* on(sleep(10));
            log.push('child');
            void group.createTask(play(grandchild));
          }),
        );
        log.push('body');
      }),
    ),
  );
  expect(log).toEqual(['body', 'child', 'grandchild']);
});

groupScenario(
  'A-126',
  'a cancel from outside is still owed after the errors of the group',
  function* ({ start, play }) {
    const seen: unknown[] = [];
    const failure = new RangeError('child');
    const task = start(function* () {
      const group = new TaskGroup();
      const child = function* (): Script<void> {
        yield* thrownBy(() => on(sleep(10_000)));
        throw failure;
      };
      seen.push(
        ...(yield* errorsOf(() =>
          on(
            group.run(
              play(function* () {
                void group.createTask(play(child));
                yield* on(sleep(10_000));
              }),
            ),
          ),
        )),
      );
      seen.push(self().cancelling());
      seen.push(isCancelled(yield* thrownBy(() => on(sleep(0)))));
      throw new CancelledError('on its way');
    });
    yield* on(sleep(1));
    expect(task.cancel()).toBe(true);
    yield* thrownBy(() => on(task));
    expect(seen).toEqual([failure, 1, true]);
    expect(task.cancelled()).toBe(true);
  },
);

groupScenario(
  'A-127',
  'an error that comes while a cancelled body cleans up wins',
  function* ({ start, play }) {
    const failure = new RangeError('1/0');
    const task = start(function* () {
      const group = new TaskGroup();
      yield* on(
        group.run(
          play(function* () {
            void group.createTask(play(() => sleepAndThrow(300, failure)));
            try {
              yield* on(sleep(10_000));
            } catch (error) {
              yield* on(sleep(500));
              throw error;
            }
          }),
        ),
      );
    });
    yield* on(sleep(100));
    task.cancel();
    expect(yield* errorsOf(() => on(task))).toEqual([failure]);
  },
);

groupScenario(
  'A-129',
  'a task that fails while its creator is being created cancels that one',
  function* ({ play }, isEager) {
    const failure = new RangeError('third');
    const group = new TaskGroup();
    const log: string[] = [];
    const third = function* (): Script<never> {
      throw failure;
    };
    const second = function* (): Script<void> {
      void group.createTask(play(third));
      const error = yield* thrownBy(function* () {
        // Eager tasks are cancelled in the first wait, the others in the second at the latest.
        yield* on(sleep(0));
        yield* on(sleep(0));
        yield* on(sleep(0));
      });
      log.push(isCancelled(error) ? 'cancelled' : String(error));
    };
    const errors = yield* errorsOf(() =>
      on(
        group.run(
          play(function* () {
            void group.createTask(play(second));
          }),
        ),
      ),
    );
    expect(errors).toEqual([failure]);
    expect(log, `eager: ${isEager}`).toEqual(['cancelled']);
    yield* on(sleep(0));
    expect(self().cancelling()).toBe(0);
  },
);
