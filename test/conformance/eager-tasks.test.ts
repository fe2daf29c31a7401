/** asyncio's test_eager_task_factory. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  allTasks,
  createEagerTaskFactory,
  currentTask,
  eagerTaskFactory,
  type EventLoop,
  gather,
  sleep,
  Task,
  type TaskFactory,
  TaskGroup,
} from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows } from './scenario.js';
import { taskScenario, type TaskStage, thrownBy } from './task-scenario.js';

keepRows('eager-tasks');

taskScenario('A-151', 'an eager task runs up to its first wait at once', function* (stage) {
  const { loop, start } = stage;
  loop.setTaskFactory(eagerTaskFactory);
  const log: string[] = [];
  const caller = currentTask();
  const task: Task<string> = start(function* () {
    log.push(currentTask() === caller ? 'caller' : 'own');
    yield* on(sleep(1));
    log.push(currentTask() === task ? 'own' : 'other');
    return 'value';
  });
  expect([log, task.done(), allTasks().has(task)]).toEqual([['own'], false, true]);
  expect(currentTask()).toBe(caller);
  expect(yield* on(task)).toBe('value');
  expect([log, allTasks().has(task)]).toEqual([['own', 'own'], false]);
  const failure = new RangeError('spam');
  const failing = start(function* (): Script<never> {
    throw failure;
  });
  expect(yield* thrownBy(() => on(failing))).toBe(failure);
});

taskScenario('A-152', 'eagerness is chosen for each task', function* (stage) {
  const { loop, isAsync, start } = stage;
  const log: string[] = [];
  const note = (word: string) =>
    function* (): Script<void> {
      log.push(word);
    };
  const eager = start(note('eager'), { eager: true });
  expect(log).toEqual(['eager']);
  // What an async function returns is heard of a little later.
  expect(eager.done()).toBe(!isAsync);
  loop.setTaskFactory(eagerTaskFactory);
  const lazy = start(note('lazy'), { eager: false });
  expect([log, lazy.done()]).toEqual([['eager'], false]);
  yield* on(lazy);
  yield* on(eager);
  expect(log).toEqual(['eager', 'lazy']);
});

taskScenario('A-154', 'an eager step has a context of its own', function* ({ loop, start }) {
  loop.setTaskFactory(eagerTaskFactory);
  const variable = new AsyncLocalStorage<number>();
  variable.enterWith(1);
  const seen: unknown[] = [];
  const task = start(function* () {
    seen.push(variable.getStore());
    variable.enterWith(2);
    seen.push(variable.getStore());
    yield* on(sleep(1));
  });
  seen.push(variable.getStore());
  yield* on(task);
  expect(seen).toEqual([1, 2, 1]);
});

/** Counts the tasks that have to be scheduled before their first step. */
function countScheduled(loop: EventLoop, isEager: boolean): () => number {
  let count = 0;
  class CountedTask<T> extends Task<T> {
    constructor(...[work, taskLoop, options]: ConstructorParameters<typeof Task<T>>) {
      super(work, taskLoop, options);
      if (options?.eager !== true) count += 1;
    }
  }
  const lazyFactory: TaskFactory = (taskLoop, work, options) =>
    new CountedTask(work, taskLoop, options);
  loop.setTaskFactory(isEager ? createEagerTaskFactory(CountedTask) : lazyFactory);
  return () => count;
}

function* throughGroups(stage: TaskStage, depth: number): Script<void> {
  if (depth === 0) return;
  const group = new TaskGroup();
  const body = stage.play(function* (): Script<void> {
    for (let i = 0; i < 5; i += 1) {
      void group.createTask(stage.play(() => throughGroups(stage, depth - 1)));
    }
  });
  yield* on(group.run(body));
}

function* throughGather(stage: TaskStage, depth: number): Script<void> {
  if (depth === 0) return;
  const tasks = Array.from({ length: 5 }, () => stage.start(() => throughGather(stage, depth - 1)));
  yield* on(gather(tasks));
}

function* throughWaits(depth: number): Script<void> {
  if (depth > 0) yield* throughWaits(depth - 1);
}

taskScenario('A-156', 'a tree of eager tasks schedules none of them', function* (stage) {
  const trees: readonly [steps: () => Script<void>, scheduledCount: number][] = [
    [() => throughGroups(stage, 4), 781],
    [() => throughGather(stage, 4), 781],
    [() => throughWaits(100), 1],
  ];
  for (const [steps, scheduledCount] of trees) {
    for (const isEager of [false, true]) {
      const count = countScheduled(stage.loop, isEager);
      yield* on(stage.start(steps));
      expect(count(), `eager: ${isEager}`).toBe(isEager ? 0 : scheduledCount);
    }
  }
});

taskScenario('A-157', 'an eager step may settle what its creator then waits for', function* (s) {
  const { loop, start } = s;
  loop.setTaskFactory(eagerTaskFactory);
  const future = loop.createFuture<string>();
  const task = start(function* () {
    future.setResult('m');
  });
  expect(future.done()).toBe(true);
  expect(yield* on(future)).toBe('m');
  yield* on(task);
});

taskScenario('A-157c', 'gather() of eager tasks that do not wait is done at once', function* (s) {
  const { loop, isAsync, start } = s;
  loop.setTaskFactory(eagerTaskFactory);
  const tasks = [1, 2].map((value) =>
    start(function* () {
      return value;
    }),
  );
  const all = gather(tasks);
  expect(all.done()).toBe(!isAsync);
  expect(yield* on(all)).toEqual([1, 2]);
});
