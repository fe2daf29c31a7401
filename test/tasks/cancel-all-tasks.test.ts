// The end of a loop's work: all but the caller is cancelled and waited for.

import { allTasks, type Coroutine, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { cancelAllTasks } from '#src/tasks/cancel-all-tasks.js';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

describe('cancelAllTasks()', () => {
  test('waits for both kinds to clean up, and reports what they fail with', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const log: string[] = [];
    const tidy = function* (): Coroutine<void> {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(10);
        log.push('coroutine');
      }
    };
    const main = function* (): Coroutine<string> {
      void loop.createTask(tidy());
      void loop.createTask(async () => {
        await sleep(60_000).catch(() => sleep(20));
        log.push('async');
        throw new RangeError('spam');
      });
      yield* sleep(1);
      yield* cancelAllTasks(loop);
      return 'caller';
    };
    expect(await loop.runUntilComplete(main())).toBe('caller');
    expect(log).toEqual(['coroutine', 'async']);
    expect(loop.time()).toBe(21);
    expect(reports.map(({ exception }) => exception)).toEqual([new RangeError('spam')]);
    expect(allTasks(loop).size).toBe(0);
  });

  test('does nothing where no task is left', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(cancelAllTasks(loop));
    expect(loop.time()).toBe(0);
  });
});
