// Tasks keep the async context of whoever started them (asyncio's contextvars).

import { AsyncLocalStorage } from 'node:async_hooks';
import { type Coroutine, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { nodeTurn, virtualLoop } from './fixtures.js';
import { kindsOfWork } from './kinds-of-work.js';

const storage = new AsyncLocalStorage<string>();
const current = (): string => storage.getStore() ?? 'nope';

describe('the async context of a task', () => {
  test.for(kindsOfWork)('%s: is that of its creator, throughout', async ([, make]) => {
    const loop = virtualLoop();
    const seen: string[] = [];
    const steps = function* (): Coroutine<void> {
      for (let count = 0; count < 3; count += 1) {
        seen.push(current());
        yield* sleep(1);
      }
    };
    const tasks = ['a', 'b'].map((name) => storage.run(name, () => loop.createTask(make(steps))));
    await storage.run('runner', () => loop.runUntilComplete(Promise.all(tasks)));
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  test.for(kindsOfWork)(
    '%s: is not changed by its creator later, nor by itself',
    async ([, make]) => {
      const loop = virtualLoop();
      const seen: string[] = [];
      const child = function* (): Coroutine<void> {
        yield* sleep(1);
        seen.push(`child ${current()}`);
        storage.enterWith('set by child');
        yield* sleep(1);
      };
      const parent = function* (): Coroutine<void> {
        const task = loop.createTask(make(child));
        storage.enterWith('yes');
        yield* task;
        seen.push(`parent ${current()}`);
      };
      await loop.runUntilComplete(loop.createTask(make(parent)));
      expect(seen).toEqual(['child nope', 'parent yes']);
      expect(current()).toBe('nope');
    },
  );

  test.for(kindsOfWork)('%s: can be given', async ([, make]) => {
    const loop = virtualLoop();
    const seen: string[] = [];
    const steps = function* (): Coroutine<void> {
      seen.push(current());
      yield* sleep(1);
      seen.push(current());
    };
    const context = storage.run('given', () => AsyncLocalStorage.snapshot());
    const task = storage.run('creator', () => loop.createTask(make(steps), { context }));
    await loop.runUntilComplete(task);
    expect(seen).toEqual(['given', 'given']);
  });

  test('of an async function goes on in its native waits', async () => {
    const loop = virtualLoop();
    const task = storage.run('async', () =>
      loop.createTask(async () => {
        const seen = [current()];
        await nodeTurn();
        seen.push(current());
        await Promise.all([sleep(1).then(() => seen.push(current())), nodeTurn()]);
        seen.push(current());
        return seen;
      }),
    );
    expect(await loop.runUntilComplete(task)).toEqual(['async', 'async', 'async', 'async']);
  });
});
