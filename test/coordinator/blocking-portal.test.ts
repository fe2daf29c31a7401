// Asynchronous code for programs that are not: each call blocks this thread until it has ended.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  type BlockingPortal,
  type BlockingPortalOptions,
  getLoop,
  InvalidArgumentError,
  InvalidStateError,
  isCancelled,
  LoopDiedError,
  loopNames,
  NoRunningLoopError,
  NotCloneableError,
  remoteModule,
  startBlockingPortal,
} from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isRaised, newFlag } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { thrownBy } from '../thrown-by.js';

const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);
const blocking = remoteModule<typeof import('../threads/fixtures/blocking.js')>(
  new URL('../threads/fixtures/blocking.ts', import.meta.url),
);
const failures = remoteModule<typeof import('../threads/fixtures/failures.js')>(
  new URL('../threads/fixtures/failures.ts', import.meta.url),
);
const deadly = remoteModule<typeof import('./fixtures/deadly.js')>(
  new URL('./fixtures/deadly.ts', import.meta.url),
);
const served = remoteModule<typeof import('./fixtures/served.js')>(
  new URL('./fixtures/served.ts', import.meta.url),
);

/** A portal for one test. */
function startPortal(options?: BlockingPortalOptions): BlockingPortal {
  const portal = startBlockingPortal(options);
  onTestFinished(() => portal.stop({ cancelRemaining: true }));
  return portal;
}

describe('a portal', () => {
  test('is ready when its start returns, under a name of its own', () => {
    const portal = startPortal();
    expect(portal.call(functions.whereAmI)).toMatchObject({ current: portal.name, running: true });
    expect(loopNames()).toContain(portal.name);
    expect(getLoop(portal.name)).toBe(portal.loop);
    expect(portal.toString()).toBe(`<BlockingPortal name='${portal.name}' running>`);
    const second = startPortal();
    expect(second.name).not.toBe(portal.name);
    expect(startPortal({ name: 'mail' }).call(functions.whereAmI).current).toBe('mail');
  });

  test('calls functions of every kind', () => {
    const portal = startPortal();
    expect(portal.call(functions.add, 1, 2)).toBe(3);
    expect(portal.call(functions.addAsync, 1, 2)).toBe(3);
    expect(portal.call(functions.addCoroutine, 1, 2)).toBe(3);
    expect(portal.call(functions.addPromise, 1, 2)).toBe(3);
    expect(portal.call(blocking.sleepFor, 5, 'slept')).toBe('slept');
  });

  test('throws what the function threw, with its class and both stacks', () => {
    const portal = startPortal();
    const error = thrownBy(() => portal.call(failures.throwQuota, 5)) as Error;
    expect(error).toMatchObject({ name: 'QuotaError', limit: 5 });
    expect(error.stack).toMatch(/failures\.js[^]*on loop 'portal-\d+'[^]*blocking-portal\.test/u);
  });

  test('starts tasks that go on while this thread is busy with something else', () => {
    const portal = startPortal();
    const flag = newFlag();
    const future = portal.startTaskSoon(functions.raiseFlag, flag);
    // Nothing of this thread turns here.
    expect(Atomics.wait(flag, 0, 0, 5_000)).not.toBe('timed-out');
    future.result();
    const futures = [30, 20, 10].map((ms) => portal.startTaskSoon(blocking.sleepFor, ms, ms));
    expect(futures.map((each) => each.result())).toEqual([30, 20, 10]);
  });

  test('can be awaited by async code as well', async () => {
    const portal = startPortal();
    expect(await portal.startTaskSoon(functions.add, 1, 2)).toBe(3);
    expect(await portal.loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });

  test('tells code over there that calls back that no loop runs here', () => {
    const portal = startPortal();
    // Waiting for this thread, which waits for that code: an error instead of a hang.
    expect(() => portal.call(functions.relay, 'main', functions.nothing)).toThrow(
      new NoRunningLoopError('No loop runs in the thread that was to run nothing()'),
    );
  });

  test('takes remote functions only', () => {
    const portal = startPortal();
    const noFunction = (() => 1) as unknown as typeof functions.nothing;
    for (const method of ['call', 'startTaskSoon', 'startTask'] as const) {
      expect(() => portal[method](noFunction as never)).toThrow(`${method}() expects`);
    }
  });
});

describe('a start', () => {
  test('runs initialize first, and throws what that throws', async () => {
    const bad = { name: 'uninitialized', initialize: served.failToInitialize };
    expect(() => startBlockingPortal(bad)).toThrow(new RangeError('no database'));
    expect(loopNames()).not.toContain('uninitialized');
    // Its thread ends behind this.
    await new Promise((resolve) => void setTimeout(resolve, 50));
  });

  test('refuses a name that is taken, and options out of range', () => {
    const portal = startPortal();
    expect(() => startBlockingPortal({ name: portal.name })).toThrow(InvalidStateError);
    expect(() => startBlockingPortal({ name: '' })).toThrow(InvalidArgumentError);
  });

  test('throws what Node throws for a thread that it cannot make', () => {
    const execArgv = ['--no-such-option'];
    expect(() => startBlockingPortal({ name: 'unmade', execArgv })).toThrow('--no-such-option');
    expect(loopNames()).not.toContain('unmade');
  });

  test('fails when the thread ends at once', async () => {
    const execArgv = ['--import', 'data:text/javascript,process.exit(5)'];
    const start = () => startBlockingPortal({ name: 'stillborn', execArgv });
    expect(start).toThrow(LoopDiedError);
    await eventually(() => !loopNames().includes('stillborn'));
  });
});

describe('startTask()', () => {
  test('blocks until the task has started, and gives its value', () => {
    const portal = startPortal();
    const [future, value] = portal.startTask(served.serve, 'port 80');
    expect(value satisfies string).toBe('listening on port 80');
    expect(future.done()).toBe(false);
    future.cancel();
    expect(isCancelled(thrownBy(() => future.result()))).toBe(true);
  });

  test('gives the future of a task that ends, or fails, afterwards', () => {
    const portal = startPortal();
    const [ended, signal] = portal.startTask(served.endAfterStart);
    expect([signal, ended.result()]).toEqual(['signal: true', 'done']);
    const [failed, two] = portal.startTask(served.failAfterStart);
    expect(two).toBe(2);
    expect(() => failed.result()).toThrow(new RangeError('crashed'));
  });

  test('throws when the task fails, or ends, before it has started', () => {
    const portal = startPortal();
    expect(() => portal.startTask(served.failBeforeStart)).toThrow(
      new RangeError('crashed object'),
    );
    expect(() => portal.startTask(served.neverStart)).toThrow(
      new InvalidStateError('Task exited without calling taskStatus.started()'),
    );
    expect(() => portal.startTask(served.startWithFunction)).toThrow(NotCloneableError);
  });

  test('lets a task start once', () => {
    const portal = startPortal();
    const [future, one] = portal.startTask(served.startTwice);
    expect(one).toBe(1);
    expect(() => future.result()).toThrow("called 'started' twice on the same task status");
  });

  test('cancels the task, wherever it is, with its future', () => {
    const portal = startPortal();
    const stopped = newFlag();
    const [future, seven] = portal.startTask(served.serveInCoroutine, stopped);
    expect(seven).toBe(7);
    future.cancel();
    portal.call(functions.nothing);
    expect(Atomics.wait(stopped, 0, 0, 5_000)).not.toBe('timed-out');
    expect(isRaised(stopped)).toBe(true);
  });
});

describe('stop()', () => {
  test('returns at once, takes no more calls, and has the rest carried out', () => {
    const portal = startPortal();
    const future = portal.startTaskSoon(blocking.sleepFor, 20, 'rest');
    portal.stop();
    portal.stop();
    const refusal = new InvalidStateError('This portal is not running');
    expect(() => portal.call(functions.nothing)).toThrow(refusal);
    expect(() => portal.startTaskSoon(functions.nothing)).toThrow(refusal);
    expect(() => portal.startTask(served.serve, 'x')).toThrow(refusal);
    expect(future.result()).toBe('rest');
  });

  test('cancels the rest where asked, also at the second time', () => {
    const portal = startPortal();
    const [waiting, heard] = [newFlag(), newFlag()];
    const future = portal.startTaskSoon(blocking.waitUntilCancelled, waiting, heard);
    Atomics.wait(waiting, 0, 0, 5_000);
    portal.stop();
    expect(future.done()).toBe(false);
    portal.stop({ cancelRemaining: true });
    expect(isCancelled(thrownBy(() => future.result()))).toBe(true);
    portal[Symbol.dispose]();
    expect(isRaised(heard)).toBe(true);
  });

  test('frees the name when the thread has ended', async () => {
    const portal = startPortal({ name: 'brief' });
    portal.stop();
    await eventually(() => !loopNames().includes('brief'));
    expect(portal.toString()).toBe("<BlockingPortal name='brief' gone>");
    portal.stop();
    expect(() => portal.call(functions.nothing)).toThrow('This portal is not running');
    expect(startPortal({ name: 'brief' }).call(functions.add, 1, 2)).toBe(3);
  });

  test('happens by itself at the end of a block, which waits for the calls', () => {
    let future;
    {
      using portal = startPortal();
      future = portal.startTaskSoon(blocking.sleepFor, 20, 'in the block');
    }
    expect(future.done()).toBe(true);
    expect(future.result()).toBe('in the block');
  });
});

describe('a portal whose thread dies', () => {
  test('fails the call that blocks for it, and those that come later', async () => {
    const portal = startPortal();
    const startedMs = performance.now();
    const error = thrownBy(() => portal.call(deadly.exit, 3));
    expect(error).toMatchObject({ code: 'ERR_LOOP_DIED', loop: portal.name });
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(() => portal.call(functions.nothing)).toThrow(LoopDiedError);
    portal[Symbol.dispose]();
    await eventually(() => portal.toString().includes('gone'));
    expect(() => portal.call(functions.nothing)).toThrow(/exit code 3|not running/u);
  });

  test('because a cancelled call outlasts its grace says so, and frees the name', async () => {
    const portal = startPortal({ name: 'stuck' });
    const started = newFlag();
    const { loop } = portal;
    const call = loop.with({ graceMs: 20 }).runCoroutineThreadsafe(deadly.spin, started);
    const behind = portal.startTaskSoon(functions.nothing);
    Atomics.wait(started, 0, 0, 5_000);
    call.cancel();
    const reason = 'spin() went on for 20 ms after it was cancelled';
    await expect(behind).rejects.toMatchObject({ code: 'ERR_LOOP_DIED', reason });
    await eventually(() => !loopNames().includes('stuck'));
  });
});

describe('a program', () => {
  const run = promisify(execFile);
  const file = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

  test('that is synchronous needs no more than a portal, and ends by itself', async () => {
    const { stdout } = await run(process.execPath, [file('synchronous-program.js')]);
    expect(stdout.split('\n').sort()).toEqual(['', 'error: RangeError no', 'five: 5', 'printed']);
  });

  test('is not kept alive by a portal that idles', async () => {
    const { stdout } = await run(process.execPath, [file('idle-portal.js')]);
    expect(stdout).toBe('3\n');
  });

  test('may start portals in worker threads that know of no coordinator', async () => {
    const worker = new Worker(file('portal-in-worker.js'));
    const heard: unknown[] = [];
    worker.on('message', (message) => heard.push(message));
    const code = await new Promise((resolve) => void worker.once('exit', resolve));
    expect([heard, code]).toEqual([[['portal-1', 5, 'RangeError']], 0]);
  });
});
