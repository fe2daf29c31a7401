// A group of tasks: what is ours alone. asyncio's own scenarios are in test/conformance.

import { setTimeout as nodeTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  type Coroutine,
  currentTask,
  ExceptionGroup,
  InvalidStateError,
  isCancelled,
  sleep,
  type Task,
  taskGroup,
  TaskGroup,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

function* sleepAndGive<T>(delayMs: number, value: T): Coroutine<T> {
  return yield* sleep(delayMs, value);
}

describe('taskGroup()', () => {
  test('runs an async body in a coroutine, with tasks of both kinds', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown[]> {
      const own = currentTask();
      const [isOwn, tasks] = yield* taskGroup(async (group) => {
        await sleep(1);
        const made = [
          group.createTask(sleepAndGive(20, 'coroutine')),
          group.createTask(async () => sleep(10, 'async')),
        ];
        return [currentTask() === own, made] as const;
      });
      return [isOwn, ...tasks.map((task) => task.result())];
    };
    expect(await loop.runUntilComplete(main())).toEqual([true, 'coroutine', 'async']);
    expect(loop.time()).toBe(21);
  });

  test('runs a generator body in an async function', async () => {
    const loop = virtualLoop();
    const seen = await loop.runUntilComplete(async () => {
      const own = currentTask();
      const body = function* (group: TaskGroup): Coroutine<Task<string>> {
        yield* sleep(1);
        expect(currentTask()).toBe(own);
        return group.createTask(async () => sleep(10, 'async'));
      };
      // A task in an object: awaiting it would wait for its value.
      let task: Task<string> | undefined;
      await taskGroup(function* (group) {
        task = yield* body(group);
      });
      return [task?.result()];
    });
    expect(seen).toEqual(['async']);
  });

  test('aborts its own signal when a task fails, and leaves that of the parent', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const task = loop.createTask(async (signal) => {
      const body = async (group: TaskGroup): Promise<void> => {
        void group.createTask(async () => {
          await sleep(5);
          throw new RangeError('spam');
        });
        group.signal.addEventListener('abort', () => seen.push(String(group.signal.reason)));
        await nodeTimeout(60_000, 'never', { signal: group.signal });
      };
      await taskGroup(body).catch((error: unknown) => seen.push(error));
      seen.push(signal.aborted, currentTask()?.cancelling());
      return sleep(5, 'goes on');
    });
    expect(await loop.runUntilComplete(task)).toBe('goes on');
    expect(seen[0]).toBe('InvalidStateError: The task group was aborted');
    expect(seen[1]).toBeInstanceOf(ExceptionGroup);
    expect((seen[1] as ExceptionGroup).errors[0]).toEqual(new RangeError('spam'));
    expect(seen.slice(2)).toEqual([false, 0]);
  });

  test('cancels the signals of its tasks', async () => {
    const loop = virtualLoop();
    let reason: unknown;
    await loop.runUntilComplete(async () => {
      const body = async (group: TaskGroup): Promise<void> => {
        void group.createTask(async (signal) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
          });
          await sleep(60_000);
        });
        await sleep(1);
        group.cancel();
      };
      await taskGroup(body);
    });
    expect(reason).toSatisfy(isCancelled);
  });

  test('is refused outside a task, and so is a signal before it is entered', async () => {
    const loop = virtualLoop();
    const refusal = loop.createFuture<unknown>();
    loop.callSoon(() => {
      taskGroup(async () => {}).catch((error: unknown) => refusal.setResult(error));
    });
    const error = await loop.runUntilComplete(refusal);
    expect(error).toBeInstanceOf(InvalidStateError);
    expect((error as Error).message).toBe('TaskGroup <TaskGroup> cannot determine the parent task');
    expect(() => new TaskGroup().signal).toThrow('TaskGroup <TaskGroup> has not been entered');
  });

  test('ends a coroutine that it refuses', () => {
    const coroutine = sleepAndGive(1, 'never');
    expect(() => new TaskGroup().createTask(coroutine)).toThrow(InvalidStateError);
    expect(coroutine.next()).toEqual({ done: true, value: undefined });
  });

  test('names its tasks as it is told', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      await taskGroup(async (group) => {
        const task = group.createTask(sleepAndGive(1, null), { name: 'child' });
        expect(task.getName()).toBe('child');
        expect(inspect(group)).toBe('<TaskGroup tasks=1 entered>');
      });
    });
  });

  test('waits for its tasks also when the body is a plain function', async () => {
    const loop = virtualLoop();
    const value = await loop.runUntilComplete(async () =>
      taskGroup((group) => {
        void group.createTask(sleepAndGive(10, null));
        return 'plain';
      }),
    );
    expect([value, loop.time()]).toEqual(['plain', 10]);
  });
});
