// Code that ignores its cancel loses its thread, after a time of grace: what else that takes along,
// and what runs again.

import {
  type Coordinator,
  LoopDiedError,
  remoteFunction,
  remoteModule,
  type RemoteLoop,
} from 'threadloop';
import { beforeEach, describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from './fixtures/flag.js';
import { eventually, shareLoops } from './loops.js';

const at = (file: string): URL => new URL(`./fixtures/${file}.ts`, import.meta.url);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(at('functions'));
const patience = remoteModule<typeof import('./fixtures/patience.js')>(at('patience'));
const toil = remoteModule<typeof import('./fixtures/toil.js')>(at('toil'));

/** Long enough to call more meanwhile, short enough to wait for. */
const graceMs = 50;

const threads = shareLoops({ loops: 3 });
let coordinator: Coordinator;
let loop: RemoteLoop;
let sibling: RemoteLoop;
let other: RemoteLoop;

/** An answer of each lets go of the brake, so that the next death is the first in a row. */
beforeEach(async () => {
  coordinator = threads.coordinator;
  [loop, sibling, other] = coordinator.loops as [RemoteLoop, RemoteLoop, RemoteLoop];
  for (const each of coordinator.loops) await each.runCoroutineThreadsafe(functions.nothing);
});

function incarnationOf({ name }: RemoteLoop): number {
  return coordinator.stats().loops.find((each) => each.name === name)?.incarnation ?? 0;
}

/** A loop without end there; resolves once it has begun. */
async function spinOn(loopWithOptions: RemoteLoop) {
  const started = newFlag();
  const call = loopWithOptions.runCoroutineThreadsafe(toil.spin, started);
  await raised(started);
  // In an object, since a call in itself would be waited for.
  return { call };
}

describe('a synchronous loop without end', () => {
  test.for([
    ['by cancel()', {}, 'CancelledError: enough'],
    ['by its timeout', { timeoutMs: 20 }, 'TimeoutError: spin() ran longer than 20 ms'],
  ] as const)('that was cancelled is ended, and its thread replaced: %s', async (row) => {
    const [by, options, outcome] = row;
    const before = incarnationOf(loop);
    const { threadId } = loop;
    const { call } = await spinOn(loop.with({ ...options, graceMs }));
    const behind = loop.runCoroutineThreadsafe(functions.nothing);
    const bystander = sibling.runCoroutineThreadsafe(patience.waitInCoroutine, newFlag());
    if (by === 'by cancel()') call.cancel('enough');
    expect(await call.catch(String)).toBe(outcome);
    // It shared the thread: it fails with what ended that, and when its turn is up.
    await expect(behind).rejects.toBeInstanceOf(LoopDiedError);
    await expect(behind).rejects.toMatchObject({
      reason: `spin() went on for ${graceMs} ms after it was cancelled`,
    });
    expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
    expect(incarnationOf(loop)).toBe(before + 1);
    expect(loop.threadId).not.toBe(threadId);
    // Another thread's calls go on.
    expect(bystander.done()).toBe(false);
    bystander.cancel();
    await expect(bystander).rejects.toThrow();
    expect(await sibling.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });

  test('is left alone without a grace, and its caller is free all the same', async () => {
    const before = incarnationOf(loop);
    const { call } = await spinOn(loop);
    call.cancel('never mind');
    await expect(call).rejects.toThrow('never mind');
    await new Promise((resolve) => void setTimeout(resolve, 2 * graceMs));
    expect([incarnationOf(loop), coordinator.stats().pendingCount]).toEqual([before, 1]);
    coordinator.restart(loop.name);
    await eventually(() => coordinator.stats().pendingCount === 0);
  });
});

test('code that ends within its grace keeps its thread', async () => {
  const before = incarnationOf(loop);
  const [started, allowed] = [newFlag(), newFlag()];
  const call = loop
    .with({ graceMs: 5_000 })
    .runCoroutineThreadsafe(patience.refuseToStop, started, allowed);
  await raised(started);
  call.cancel();
  await expect(call).rejects.toThrow();
  raise(allowed);
  await eventually(() => coordinator.stats().pendingCount === 0);
  expect(incarnationOf(loop)).toBe(before);
  await loop.runCoroutineThreadsafe(patience.readSeen);
});

test('so does code that ends within it while its caller is busy', async () => {
  const before = incarnationOf(loop);
  const [started, never] = [newFlag(), newFlag()];
  const call = loop.with({ graceMs: 300 }).runCoroutineThreadsafe(patience.waitInAsync, started);
  await raised(started);
  call.cancel('enough');
  await expect(call).rejects.toThrow('enough');
  Atomics.wait(never, 0, 0, 400);
  await eventually(() => coordinator.stats().pendingCount === 0);
  expect(incarnationOf(loop)).toBe(before);
  expect(await loop.runCoroutineThreadsafe(patience.readSeen)).toEqual([
    'async: CancelledError: enough',
  ]);
});

test('a coroutine that refuses its cancel loses its thread too', async () => {
  const before = incarnationOf(loop);
  const [started, never] = [newFlag(), newFlag()];
  const call = loop.with({ graceMs }).runCoroutineThreadsafe(patience.refuseToStop, started, never);
  await raised(started);
  call.cancel();
  await expect(call).rejects.toThrow();
  await eventually(() => incarnationOf(loop) === before + 1);
  expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
});

describe('calls that shared the thread', () => {
  test('fail with its death, save those with retries, which run again', async () => {
    const counters = new Int32Array(new SharedArrayBuffer(4));
    const started = newFlag();
    const repeated = loop
      .with({ retries: 1 })
      .runCoroutineThreadsafe(toil.countAndWait, counters, started);
    const single = loop.runCoroutineThreadsafe(patience.waitInAsync, newFlag());
    await raised(started);
    const { call } = await spinOn(loop.with({ graceMs }));
    const queued = loop.with({ retries: 1 }).runCoroutineThreadsafe(functions.echo, 'queued');
    call.cancel();
    await expect(call).rejects.toThrow();
    await expect(single).rejects.toBeInstanceOf(LoopDiedError);
    expect(await queued).toBe('queued');
    expect(await repeated).toBe(2);
    expect(Atomics.load(counters, 0)).toBe(2);
  });

  test('run again as often as they allow, and not once more', async () => {
    const counters = new Int32Array(new SharedArrayBuffer(4));
    const call = loop.with({ retries: 1 }).runCoroutineThreadsafe(toil.countAndDie, counters);
    await expect(call).rejects.toMatchObject({ name: 'LoopDiedError', exitCode: 9 });
    expect(Atomics.load(counters, 0)).toBe(2);
  });

  test('do not run again after they were cancelled themselves', async () => {
    const counters = new Int32Array(new SharedArrayBuffer(4));
    const started = newFlag();
    const call = loop
      .with({ retries: 5, graceMs })
      .runCoroutineThreadsafe(toil.countAndSpin, counters, started);
    await raised(started);
    call.cancel();
    await expect(call).rejects.toThrow();
    const before = incarnationOf(loop);
    await eventually(() => incarnationOf(loop) === before + 1);
    expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
    expect(Atomics.load(counters, 0)).toBe(1);
  });
});

describe('from worker to worker', () => {
  test('a timeout ends the code, and the coordinator replaces the thread', async () => {
    const before = incarnationOf(other);
    const outcome = await loop.runCoroutineThreadsafe(
      toil.relayWith,
      other.name,
      { timeoutMs: 20, graceMs },
      toil.spin,
      newFlag(),
    );
    expect(outcome).toBe('TimeoutError: spin() ran longer than 20 ms');
    await eventually(() => incarnationOf(other) === before + 1);
    expect(await other.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
    const relayed = loop.runCoroutineThreadsafe(functions.relay, other.name, functions.add, 1, 2);
    expect(await relayed).toBe(3);
  });

  test('a call with retries runs again in the new thread', async () => {
    const counters = new Int32Array(new SharedArrayBuffer(4));
    const started = newFlag();
    const relayed = loop.runCoroutineThreadsafe(
      toil.relayWith,
      other.name,
      { retries: 1 },
      toil.countAndWait,
      counters,
      started,
    );
    await raised(started);
    coordinator.restart(other.name);
    expect(await relayed).toBe('answered 2');
  });

  test('two that lose their patience together end one thread, not two', async () => {
    const before = incarnationOf(other);
    const spins = [loop, sibling].map((from) =>
      from.runCoroutineThreadsafe(
        toil.relayWith,
        other.name,
        { timeoutMs: 20, graceMs },
        patience.refuseToStop,
        newFlag(),
        newFlag(),
      ),
    );
    await Promise.all(spins);
    await eventually(() => incarnationOf(other) > before);
    // What the new thread is given is not lost.
    const calls = Array.from({ length: 20 }, async (_, index) => {
      await new Promise((resolve) => void setTimeout(resolve, index));
      return other.runCoroutineThreadsafe(functions.echo, index);
    });
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index));
    expect(incarnationOf(other)).toBe(before + 1);
  });
});

describe('a module that loads for ever', () => {
  const moduleOf = (text: string) =>
    remoteFunction<() => void>(`data:text/javascript,${text}//${Math.random()}`, 'load');

  test.for(['by cancel()', 'by its queueTimeoutMs'])(
    'in a loop without end is ended with its thread: %s',
    async (by) => {
      const before = incarnationOf(loop);
      const isCancelled = by === 'by cancel()';
      const limited = loop.with({ graceMs, ...(!isCancelled && { queueTimeoutMs: 100 }) });
      const call = limited.runCoroutineThreadsafe(moduleOf('for(;;);'));
      const behind = loop.runCoroutineThreadsafe(functions.nothing);
      if (isCancelled) setTimeout(() => call.cancel('enough'), 100);
      expect(await call.catch(String)).toMatch(isCancelled ? /enough/u : /not started within 100/u);
      await expect(behind).rejects.toMatchObject({
        reason: `load() went on for ${graceMs} ms after it was cancelled`,
      });
      await eventually(() => incarnationOf(loop) === before + 1);
      await loop.runCoroutineThreadsafe(functions.nothing);
    },
  );

  test('at an `await` harms nobody', async () => {
    const before = incarnationOf(loop);
    const limited = loop.with({ graceMs: 500, queueTimeoutMs: 20 });
    const call = limited.runCoroutineThreadsafe(moduleOf('await new Promise(()=>{});'));
    const behind = loop.runCoroutineThreadsafe(functions.add, 1, 2);
    await expect(call).rejects.toThrow('not started within 20 ms');
    expect(await behind).toBe(3);
    await new Promise((resolve) => void setTimeout(resolve, 550));
    expect(incarnationOf(loop)).toBe(before);
  });
});
