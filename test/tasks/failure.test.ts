// Anything can be thrown, `null` and `undefined` too: a failure stays one whatever it brings.

import {
  type Coroutine,
  type ExceptionGroup,
  gather,
  shield,
  sleep,
  type Task,
  taskGroup,
  wait,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { cancelAllTasks } from '#src/tasks/cancel-all-tasks.js';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

describe.for([[null], [undefined]] as const)('a task that throws %s', ([thrown]) => {
  function* fail(): Coroutine<never> {
    yield* sleep(1);
    throw thrown;
  }

  async function caught(wait: () => PromiseLike<unknown>): Promise<unknown> {
    try {
      return { value: await wait() };
    } catch (error) {
      return { error };
    }
  }

  test('fails who waits for it through gather() and shield()', async () => {
    await virtualLoop().runUntilComplete(async () => {
      expect(await caught(() => gather([fail()]))).toEqual({ error: thrown });
      expect(await caught(() => gather([fail()], { returnExceptions: true }))).toEqual({
        value: [thrown],
      });
      expect(await caught(() => shield(fail()))).toEqual({ error: thrown });
    });
  });

  test('aborts its group', async () => {
    const loop = virtualLoop();
    const group = taskGroup(async (tasks) => {
      void tasks.createTask(fail());
      await sleep(1_000);
    });
    const error = await loop
      .runUntilComplete(async () => await group)
      .catch((each: unknown) => each);
    expect((error as ExceptionGroup).errors).toEqual([thrown]);
    expect(loop.time()).toBe(1);
  });

  test('ends a wait for the first exception', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const tasks = [loop.createTask(fail()), loop.createTask(sleepLong())];
      const { done } = await wait(tasks, { returnWhen: 'FIRST_EXCEPTION' });
      expect(done.size).toBe(1);
      expect(done.has(tasks[0] as Task<void>)).toBe(true);
    });
  });

  test('is reported when it fails at the end of a run', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    void loop.createTask(failOnCancel());
    await loop.runUntilComplete(() => sleep(1));
    await loop.runUntilComplete(cancelAllTasks(loop));
    expect(reports.map(({ exception }) => exception)).toEqual([thrown]);
  });

  function* failOnCancel(): Coroutine<void> {
    try {
      yield* sleep(1_000);
    } catch {
      throw thrown;
    }
  }

  function* sleepLong(): Coroutine<void> {
    yield* sleep(1_000);
  }
});
