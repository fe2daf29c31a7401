// How things print that hold each other: as text of a bounded size, whatever they wait for.

import type { Coroutine, Future, Task } from 'threadloop';
import { expect, test } from 'vitest';
import { cancelAllTasks } from '#src/tasks/cancel-all-tasks.js';
import { virtualLoop } from './fixtures.js';

function* waitFor(other: () => PromiseLike<unknown>): Coroutine<unknown> {
  return yield* other() as unknown as Coroutine<unknown>;
}

test('a ring of tasks prints each of them once', async () => {
  const loop = virtualLoop();
  const first: Task<unknown> = loop.createTask(
    waitFor(() => second),
    { name: 'first' },
  );
  const second: Task<unknown> = loop.createTask(
    waitFor(() => first),
    { name: 'second' },
  );
  await loop.runUntilComplete((function* (): Coroutine<void> {})());
  expect(String(first)).toBe(
    "<Task pending name='first' wait_for=<Task pending name='second' wait_for=...>>",
  );
  await loop.runUntilComplete(cancelAllTasks(loop));
});

test('a long chain of tasks prints its beginning', async () => {
  const loop = virtualLoop();
  const end = loop.createFuture<void>();
  let last: Future<unknown> = end;
  for (let each = 0; each < 10_000; each += 1) {
    const waitedFor = last;
    last = loop.createTask(waitFor(() => waitedFor));
  }
  await loop.runUntilComplete((function* (): Coroutine<void> {})());
  expect(String(last)).toMatch(/^<Task pending name='Task-\d+' wait_for=.* wait_for=\.\.\.>+$/);
  expect(String(last).length).toBeLessThan(1_000);
  end.setResult();
  await loop.runUntilComplete(last);
});
