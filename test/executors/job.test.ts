// A job that is not wanted any more, before it begins and after; and a job whose thread dies.

import { CancelledError, ThreadDiedError, type ConcurrentFuture } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { writeModules } from '../threads/module-folder.js';
import { errorOf, jobs, newExecutor } from './executors.js';

/** One thread, and a job that holds it until it is allowed to end. */
async function occupy(options: object = {}) {
  const executor = newExecutor({ maxThreads: 1, ...options });
  const [started, allowed] = [newFlag(), newFlag()];
  const running = executor.submit(jobs.block, [started, allowed]);
  await raised(started);
  return { executor, running, free: () => raise(allowed) };
}

async function expectCancelled(job: ConcurrentFuture<unknown>, message = ''): Promise<void> {
  expect(job.cancelled()).toBe(true);
  const error = await errorOf(job);
  expect(error).toBeInstanceOf(CancelledError);
  expect(error.message).toBe(message);
}

describe('a cancel before the job begins', () => {
  test('takes it out of the queue: it never runs', async () => {
    const { executor, running, free } = await occupy();
    const order = new Int32Array(new SharedArrayBuffer(12));
    const first = executor.submit(jobs.note, [order, 0]);
    const second = executor.submit(jobs.note, [order, 1]);
    expect(first.cancel('enough')).toBe(true);
    await expectCancelled(first, 'enough');
    expect(executor.stats()).toMatchObject({ waitingCount: 1, cancelledCount: 1 });
    free();
    await Promise.all([running, second]);
    expect([...order]).toEqual([0, 1, 1]);
  });

  test('holds while its thread is only starting', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const order = new Int32Array(new SharedArrayBuffer(12));
    const first = executor.submit(jobs.note, [order, 0]);
    const second = executor.submit(jobs.note, [order, 1]);
    first.cancel();
    await expectCancelled(first);
    await second;
    expect([...order]).toEqual([0, 1, 1]);
  });

  test('holds while its module loads', async () => {
    const [started, allowed] = [newFlag(), newFlag()];
    const { url } = writeModules({
      'slow.js': `
        export function run(order) { order[0] = 1; }
        await import('./gate.js');
      `,
      'gate.js': `
        const { flags } = globalThis;
        Atomics.store(flags.started, 0, 1); Atomics.notify(flags.started, 0);
        Atomics.wait(flags.allowed, 0, 0);
      `,
      'flags.js': `export function setFlags(flags) { globalThis.flags = flags; }`,
    });
    const executor = newExecutor({ maxThreads: 1 });
    await executor.submit({ url: url('flags.js'), name: 'setFlags' }, [
      { started, allowed } as never,
    ]);
    const order = new Int32Array(new SharedArrayBuffer(4));
    const job = executor.submit({ url: url('slow.js'), name: 'run' }, [order as never]);
    await raised(started);
    job.cancel();
    raise(allowed);
    await eventually(() => executor.stats().runningCount === 0);
    expect([...order]).toEqual([0]);
    expect(executor.stats().threadCount).toBe(1);
  });

  test('comes by a signal too, that may have fired before', async () => {
    const { executor, running, free } = await occupy();
    const [fired, later] = [AbortSignal.abort(new Error('at once')), new AbortController()];
    const first = executor.submit(jobs.add, [1, 1], { signal: fired });
    await expectCancelled(first, 'at once');
    const second = executor.submit(jobs.add, [1, 1], { signal: later.signal });
    later.abort('later');
    await expectCancelled(second, "'later'");
    free();
    await running;
  });
});

describe('a cancel of a job that runs', () => {
  test('settles it at once, and fires the signal of an async function', async () => {
    const executor = newExecutor({ maxThreads: 1, graceMs: Infinity });
    const [started, aborted] = [newFlag(), newFlag()];
    const thread = await executor.submit(jobs.whichThread, []);
    const job = executor.submit(jobs.waitForAbort, [started, aborted]);
    await raised(started);
    job.cancel('that will do');
    await expectCancelled(job, 'that will do');
    await raised(aborted);
    expect(await executor.submit(jobs.readSeen, [])).toEqual(['CancelledError: that will do']);
    expect(await executor.submit(jobs.whichThread, [])).toBe(thread);
  });

  test('is seen by checkCancelled() in a synchronous function', async () => {
    const executor = newExecutor({ maxThreads: 1, graceMs: Infinity });
    const thread = await executor.submit(jobs.whichThread, []);
    const started = newFlag();
    const job = executor.submit(jobs.spinUntilCancelled, [started]);
    await raised(started);
    job.cancel();
    await expectCancelled(job);
    expect(await executor.submit(jobs.whichThread, [])).toBe(thread);
  });

  test.for(['spin', 'ignoreAbort'] as const)(
    'ends its thread after the grace time, and another takes its place: %s',
    async (name) => {
      const executor = newExecutor({ maxThreads: 1, graceMs: 20 });
      const thread = await executor.submit(jobs.whichThread, []);
      const started = newFlag();
      const job: ConcurrentFuture<never> = executor.submit(jobs[name], [started]);
      await raised(started);
      const next = executor.submit(jobs.whichThread, []);
      job.cancel();
      await expectCancelled(job);
      expect(executor.stats()).toMatchObject({ runningCount: 1, waitingCount: 1 });
      expect(await next).not.toBe(thread);
    },
  );

  test('lets it go on to its end where the grace time is infinite, as in asyncio', async () => {
    const { executor, running, free } = await occupy({ graceMs: Infinity });
    running.cancel();
    await expectCancelled(running);
    const next = executor.submit(jobs.add, [1, 1]);
    expect(executor.stats()).toMatchObject({ runningCount: 1, waitingCount: 1 });
    free();
    expect(await next).toBe(2);
  });

  test('spares its thread when the job ends within the grace time', async () => {
    const { executor, running, free } = await occupy({ graceMs: 2_000 });
    const thread = executor.submit(jobs.whichThread, []);
    running.cancel();
    free();
    const id = await thread;
    expect(await executor.submit(jobs.whichThread, [])).toBe(id);
    expect(executor.stats().threadCount).toBe(1);
  });

  test('comes too late when it is done', async () => {
    const executor = newExecutor();
    const job = executor.submit(jobs.add, [1, 1]);
    await job;
    expect(job.cancel()).toBe(false);
    expect(job.result()).toBe(2);
  });
});

describe('a thread that dies', () => {
  test('fails its job with the exit code, and no other', async () => {
    const executor = newExecutor({ maxThreads: 2 });
    const [[ownStart, otherStart], allowed, other] = [[newFlag(), newFlag()], newFlag(), newFlag()];
    const dying = executor.submit(jobs.exitWhenAllowed, [ownStart as Int32Array, allowed]);
    const running = executor.submit(jobs.block, [otherStart as Int32Array, other]);
    const waiting = [1, 2, 3].map((n) => executor.submit(jobs.add, [n, n]));
    await Promise.all([raised(ownStart as Int32Array), raised(otherStart as Int32Array)]);
    raise(allowed);
    const error = await errorOf(dying);
    expect(error).toBeInstanceOf(ThreadDiedError);
    expect(error).toMatchObject({ exitCode: 4, hasBegun: true, code: 'ERR_THREAD_DIED' });
    expect(error.message).toBe(
      'A thread of the executor died while the call ran: it exited with code 4',
    );
    expect(await Promise.all(waiting)).toEqual([2, 4, 6]);
    raise(other);
    await running;
  });

  test.for([
    ['an error that nobody caught', jobs.throwInTimer, /: RangeError\('in a timer'\)$/, RangeError],
    ['no memory', jobs.fillMemory, /ERR_WORKER_OUT_OF_MEMORY|memory limit/, Error],
  ] as const)('fails its job with the reason: %s', async ([, fn, text, cause]) => {
    const resourceLimits = { maxOldGenerationSizeMb: 32 };
    const executor = newExecutor({ maxThreads: 1, resourceLimits });
    const error = await errorOf(executor.submit<() => unknown>(fn, []));
    expect(error).toBeInstanceOf(ThreadDiedError);
    expect(error).toMatchObject({ exitCode: null, hasBegun: true });
    expect(error.message).toMatch(text);
    expect(error.cause).toBeInstanceOf(cause);
    expect(await executor.submit(jobs.add, [1, 1])).toBe(2);
  });

  test('by process.exit() of its job is no success, and the next job works', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    expect(await errorOf(executor.submit(jobs.exit, [0]))).toMatchObject({ exitCode: 0 });
    expect(await executor.submit(jobs.add, [1, 1])).toBe(2);
  });

  test('while its module loads is told from one that has begun', async () => {
    const { url } = writeModules({ 'deadly.js': 'process.exit(5); export function run() {}' });
    const job = newExecutor().submit({ url: url('deadly.js'), name: 'run' }, []);
    const error = await errorOf(job);
    expect(error).toMatchObject({ exitCode: 5, hasBegun: false });
    expect(error.message).toMatch(/died before the call had begun/);
  });
});
