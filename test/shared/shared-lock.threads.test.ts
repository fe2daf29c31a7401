// A lock between threads: all ways to wait, all kinds of death, fairness, and storms of cancels.

import { BrokenLockError, run, SharedLock, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../loop/fixtures.js';
import { ParticipantThread, ways } from './participant-threads.js';

const kindsOfDeath = [
  'process.exit()',
  'an uncaught error',
  'a full heap',
  'terminate()',
  'terminate() while busy',
  'terminate() while blocked',
  'its own end',
] as const;

function sharedWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * 4));
}

describe('a lock between threads', () => {
  test('keeps a counter right that all ways of waiting add to', async () => {
    const { handle } = new SharedLock();
    const words = sharedWords(1);
    const count = 5_000;
    const threads = ways.map((way) => {
      return new ParticipantThread({ role: 'adder', handle, memory: words.buffer, count, way });
    });
    await Promise.all(threads.map((thread) => thread.succeeded()));
    expect(words[0]).toBe(count * ways.length);
  });

  test('lets threads in as they came', async () => {
    const lock = new SharedLock();
    const words = sharedWords(8);
    const hold = lock.acquireSync();
    for (const index of [3, 1, 2]) {
      const thread = new ParticipantThread({
        role: 'scribe',
        handle: lock.handle,
        memory: words.buffer,
        index,
      });
      await thread.said();
      // What a thread does after it has spoken is seen by nobody but the lock.
      await run(() => sleep(100));
    }
    hold.release();
    await run(async () => lock.run(() => undefined));
    expect([...words.subarray(0, 4)]).toEqual([3, 3, 1, 2]);
  });

  test('gives each of several greedy threads its share', async () => {
    const lock = new SharedLock();
    const counts = [0, 1].map(() => sharedWords(2));
    const threads = counts.map((words) => {
      return new ParticipantThread({ role: 'hammer', handle: lock.handle, memory: words.buffer });
    });
    await Promise.all(threads.map((thread) => thread.said()));
    const before = counts.map((words) => Atomics.load(words, 0));
    await run(async () => {
      for (let turns = 0; turns < 2_000; turns += 1) await lock.run(() => undefined);
    });
    const shares = counts.map((words, index) => Atomics.load(words, 0) - (before[index] ?? 0));
    // While it waits, each gets in once before this thread does again; but it may be off the
    // processor, and then it does not wait.
    for (const share of shares) expect(share).toBeGreaterThan(100);
  });

  test('survives storms of cancels', async () => {
    const { handle } = new SharedLock();
    const words = sharedWords(2);
    const threads = [0, 1, 2].map(() => {
      return new ParticipantThread({ role: 'fickle', handle, memory: words.buffer, count: 400 });
    });
    await Promise.all(threads.map((thread) => thread.succeeded()));
    const lock = SharedLock.from(handle);
    lock.acquireSync(5_000).release();
    expect(words[0]).toBeGreaterThanOrEqual(words[1] as number);
    expect(words[1]).toBeGreaterThan(0);
  });
});

describe('a thread that dies', () => {
  test.for(kindsOfDeath)('while it holds a lock, by %s, blocks nobody', async (kind) => {
    const lock = new SharedLock();
    const thread = new ParticipantThread({ role: 'holder', handle: lock.handle, kind });
    await thread.said();
    await run(async () => {
      const waiting = lock.acquire().then(
        () => null,
        (error: unknown) => error,
      );
      if (kind.startsWith('terminate')) setTimeout(() => void thread.worker.terminate(), 100);
      const error = await waiting;
      expect(error).toBeInstanceOf(BrokenLockError);
      expect(String(error)).toMatch(/Thread 'worker-\d+' died while it held this lock/);
      expect(await lock.repair(() => undefined)).toBe(true);
      await lock.run(() => undefined);
    });
    await thread.ended;
  });

  test('while it waits for a lock is passed over', async () => {
    const lock = new SharedLock();
    const hold = lock.acquireSync();
    const thread = new ParticipantThread({ role: 'waiter', handle: lock.handle });
    await thread.said();
    await thread.worker.terminate();
    hold.release();
    lock.acquireSync(5_000).release();
    expect(lock.broken).toBe(false);
  });

  test('at any moment of its work blocks nobody', async () => {
    const lock = new SharedLock();
    const words = sharedWords(2);
    for (let round = 0; round < 25; round += 1) {
      const part = { role: 'hammer', handle: lock.handle, memory: words.buffer };
      const thread = new ParticipantThread(part);
      await thread.said();
      await run(async () => {
        for (let turns = 0; turns < 20; turns += 1) await lock.run(() => undefined);
      });
      const ended = thread.worker.terminate();
      await run(async () => {
        for (let turns = 0; turns < 20; turns += 1) {
          try {
            await lock.run(() => undefined);
          } catch (error) {
            expect(error).toBeInstanceOf(BrokenLockError);
            await lock.repair(() => (words[1] = words[0] as number));
          }
        }
      });
      await ended;
      expect(words[1]).toBe(words[0]);
    }
  });
});

describe('a process', () => {
  const start = `
    import { Worker } from 'node:worker_threads';
    import { run, SharedLock } from 'threadloop';
    const lock = new SharedLock();
  `;

  test('ends by itself when nobody waits for a lock, held or not', async () => {
    const { code, stdout } = await runProgram(`${start}
      process.on('exit', () => console.log('ended'));
      await run(() => lock.acquire());
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ended\n' });
  });

  test('stays for a task that waits, though its threads are not referenced', async () => {
    const { code, stdout } = await runProgram(`${start}
      // It is a module, as the program is.
      const text = \`
        import { workerData } from 'node:worker_threads';
        import { SharedLock } from 'threadloop';
        const hold = SharedLock.from(workerData).acquireSync();
        setTimeout(() => hold.release(), 300);
        setInterval(() => {}, 1000);
      \`;
      const worker = new Worker(text, { eval: true, workerData: lock.handle });
      await new Promise((resolve) => setTimeout(resolve, 200));
      while (!lock.locked()) await new Promise((resolve) => setTimeout(resolve, 10));
      worker.unref();
      await run(async () => lock.run(() => console.log('held')));
      process.exit(0);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'held\n' });
  });
});
