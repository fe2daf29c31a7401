// What every loop promises about tasks: both kinds of work run on it, wait, fail and are cancelled.
// The finer points of tasks do not depend on the loop; they are in test/loop/task.*.test.ts.

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  allTasks,
  type Coroutine,
  currentTask,
  type EventLoop,
  gather,
  isCancelled,
  sleep,
  type Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { createLoop, type LoopKind, runForever, runUntilComplete } from './loop-kinds.js';

type Greet = (loop: EventLoop, log: string[], word: string, delayMs: number) => unknown;

export function describeTasks(kind: LoopKind): void {
  describe('a task', () => {
    test('begins in the next batch and ends with what its work returns', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const task = loop.createTask(
        (function* (): Coroutine<string> {
          log.push('began');
          yield* sleep(1);
          return 'value';
        })(),
      );
      log.push('created');
      expect(await runUntilComplete(loop, task)).toBe('value');
      expect(log).toEqual(['created', 'began']);
      expect(task.done()).toBe(true);
    });

    test('tells its done callbacks before whoever awaits it goes on', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const body = function* (): Coroutine<void> {
        log.push('body');
        yield* sleep(0);
      };
      const main = function* (): Coroutine<void> {
        const task = loop.createTask(body());
        task.addDoneCallback(() => log.push('done'));
        log.push('created');
        yield* task;
        log.push('awaited');
      };
      await runUntilComplete(loop, main());
      expect(log).toEqual(['created', 'body', 'done', 'awaited']);
    });

    test('that is cancelled gets the error where it waits, and may clean up', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const task = loop.createTask(
        (function* (): Coroutine<void> {
          try {
            yield* sleep(60_000);
          } catch (error) {
            log.push(`caught ${String(error)}`);
            yield* sleep(1);
            throw error;
          } finally {
            log.push('cleaned up');
          }
        })(),
      );
      loop.callLater(1, () => task.cancel('enough'));
      await expect(runUntilComplete(loop, task)).rejects.toSatisfy(isCancelled);
      expect(task.cancelled()).toBe(true);
      expect(log).toEqual(['caught CancelledError: enough', 'cleaned up']);
    });

    test('is among the tasks of its loop until it is done', async () => {
      const loop = createLoop(kind);
      let seen: boolean[] = [];
      const body = function* (): Coroutine<void> {
        yield* sleep(0);
        seen = [allTasks().has(task), currentTask() === task];
      };
      const task: Task<void> = loop.createTask(body());
      await runUntilComplete(loop, task);
      expect(seen).toEqual([true, true]);
      expect(allTasks(task.getLoop()).size).toBe(0);
    });
  });

  const greetings: Array<[string, Greet]> = [['coroutines', greetInCoroutine]];
  if (kind.hasPromises) greetings.push(['async functions', greetInAsyncFunction]);

  test.for(greetings)('%s take turns by time', async ([, greet]) => {
    const loop = createLoop(kind);
    const log: string[] = [];
    const main = function* (): Coroutine<unknown[]> {
      return yield* gather([
        greet(loop, log, 'slow', 25) as PromiseLike<unknown>,
        greet(loop, log, 'fast', 1) as PromiseLike<unknown>,
      ]);
    };
    expect(await runUntilComplete(loop, main())).toEqual(['slow', 'fast']);
    expect(log).toEqual(['slow begins', 'fast begins', 'fast ends', 'slow ends']);
  });

  test('callbacks and tasks run in the async context of whoever scheduled them', async () => {
    const loop = createLoop(kind);
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    storage.run('callback', () => loop.callSoon(() => seen.push(storage.getStore())));
    storage.run('timer', () => loop.callLater(1, () => seen.push(storage.getStore())));
    const body = function* (): Coroutine<void> {
      yield* sleep(1);
      seen.push(storage.getStore());
      loop.stop();
    };
    storage.run('task', () => void loop.createTask(body()));
    await runForever(loop);
    expect(seen).toEqual(['callback', 'timer', 'task']);
  });
}

const greetInCoroutine: Greet = (loop, log, word, delayMs) =>
  loop.createTask(
    (function* (): Coroutine<string> {
      log.push(`${word} begins`);
      yield* sleep(delayMs);
      log.push(`${word} ends`);
      return word;
    })(),
  );

const greetInAsyncFunction: Greet = (loop, log, word, delayMs) =>
  loop.createTask(async () => {
    log.push(`${word} begins`);
    await sleep(delayMs);
    log.push(`${word} ends`);
    return word;
  });
