// The end of a pool: jobs are waited for, or cancelled, or ended by force; and what idle threads
// have to say.

import { CancelledError, HostEventLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { errorOf, jobs, newExecutor } from './executors.js';

describe('shutdown()', () => {
  test('waits for the jobs that run and wait, then ends the threads', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const [started, allowed] = [newFlag(), newFlag()];
    const running = executor.submit(jobs.block, [started, allowed]);
    const waiting = executor.submit(jobs.add, [1, 1]);
    await raised(started);
    const ended = executor.shutdown();
    raise(allowed);
    expect(await ended).toBe(true);
    expect(running.done()).toBe(true);
    expect(waiting.result()).toBe(2);
    expect(executor.stats().threadCount).toBe(0);
  });

  test('with cancel drops the jobs that wait, and tells those that run', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const [started, aborted] = [newFlag(), newFlag()];
    const running = executor.submit(jobs.waitForAbort, [started, aborted]);
    const waiting = executor.submit(jobs.add, [1, 1]);
    await raised(started);
    expect(await executor.shutdown({ cancel: true })).toBe(true);
    await raised(aborted);
    for (const job of [running, waiting]) {
      expect(await errorOf(job)).toEqual(new CancelledError('Executor shutdown'));
    }
  });

  test('with timeoutMs ends by force what is left then, and says so', async () => {
    const executor = newExecutor({ maxThreads: 1, graceMs: Infinity });
    const started = newFlag();
    const running = executor.submit(jobs.spin, [started]);
    const waiting = executor.submit(jobs.add, [1, 1]);
    await raised(started);
    expect(await executor.shutdown({ timeoutMs: 10 })).toBe(false);
    for (const job of [running, waiting]) expect(job.cancelled()).toBe(true);
    expect(executor.stats().threadCount).toBe(0);
  });

  test('may be called again, with less patience', async () => {
    const executor = newExecutor({ graceMs: Infinity });
    const started = newFlag();
    const running = executor.submit(jobs.spin, [started]);
    await raised(started);
    const patient = executor.shutdown();
    expect(await executor.shutdown({ timeoutMs: 0 })).toBe(false);
    expect(await patient).toBe(true);
    expect(running.cancelled()).toBe(true);
    expect(await executor.shutdown()).toBe(true);
  });

  test('of an executor that was never used loads nothing', async () => {
    const executor = newExecutor({ minThreads: 1 });
    expect(await executor.shutdown()).toBe(true);
    expect(executor.stats().threadCount).toBe(0);
  });
});

test('what an idle thread throws reaches the exception handler of the loop', async () => {
  const loop = new HostEventLoop();
  const reports = recordReports(loop);
  await loop.runUntilComplete(async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const allowed = newFlag();
    await executor.submit(jobs.leaveBomb, [allowed]);
    await eventually(() => executor.stats().runningCount === 0);
    raise(allowed);
    await eventually(() => reports.length > 0);
    expect(await executor.submit(jobs.add, [1, 1])).toBe(2);
  });
  loop.close();
  expect(reports).toMatchObject([
    {
      message: 'Exception in an idle thread of an executor',
      exception: new RangeError('left behind'),
    },
  ]);
});
