// Signals and times of calls: they end the call for its caller, and reach its code.

import { getEventListeners } from 'node:events';
import process from 'node:process';
import { CancelledError, remoteModule, type RemoteLoop, TimeoutError } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { newFlag, raise, raised } from './fixtures/flag.js';
import { eventually, shareLoops, startLoops } from './loops.js';

const at = (file: string): URL => new URL(`./fixtures/${file}.ts`, import.meta.url);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(at('functions'));
const gate = remoteModule<typeof import('./fixtures/gate.js')>(at('gate'));
const patience = remoteModule<typeof import('./fixtures/patience.js')>(at('patience'));
const slow = remoteModule<typeof import('./fixtures/slow-module.js')>(at('slow-module'));
const toil = remoteModule<typeof import('./fixtures/toil.js')>(at('toil'));

const threads = shareLoops({ loops: 1 });
const theLoop = (): RemoteLoop => threads.coordinator.loop('loop-1');
const allAnswered = () => eventually(() => threads.coordinator.stats().pendingCount === 0);

/** Keeps the loop busy until the returned function is called. */
async function occupy(loop: RemoteLoop): Promise<() => Promise<void>> {
  const [started, end] = [newFlag(), newFlag()];
  const busy = loop.runCoroutineThreadsafe(functions.block, started, end);
  await raised(started);
  return async () => {
    raise(end);
    await busy;
  };
}

/** Lets the code of a timeout have been loaded, so that its time is its own. */
async function warmUp(loop: RemoteLoop): Promise<void> {
  await loop.runCoroutineThreadsafe(patience.readSeen);
}

describe('a signal', () => {
  test('that has fired already keeps the call from being made', async () => {
    const reason = new Error('too late');
    const loop = theLoop().with({ signal: AbortSignal.abort(reason) });
    const call = loop.runCoroutineThreadsafe(functions.echo, 1);
    expect([call.done(), call.cancelled()]).toEqual([true, true]);
    await expect(call).rejects.toThrow(new CancelledError('too late'));
    await expect(call).rejects.toMatchObject({ cause: reason });
    expect(threads.coordinator.stats().pendingCount).toBe(0);
  });

  test('that fires while the call runs reaches its code, with its reason', async () => {
    const [controller, started] = [new AbortController(), newFlag()];
    const loop = theLoop().with({ signal: controller.signal });
    const call = loop.runCoroutineThreadsafe(patience.waitInCoroutine, started);
    await raised(started);
    controller.abort(new RangeError('over the edge'));
    await expect(call).rejects.toThrow(new CancelledError('over the edge'));
    await allAnswered();
    expect(await theLoop().runCoroutineThreadsafe(patience.readSeen)).toEqual([
      'coroutine: CancelledError: over the edge',
      'coroutine: cleaned up',
    ]);
  });

  test.for([
    [undefined, 'This operation was aborted'],
    ['plain words', 'plain words'],
    [7, '7'],
  ] as const)('may have any reason: %s', async ([reason, message]) => {
    const controller = new AbortController();
    const call = theLoop()
      .with({ signal: controller.signal })
      .runCoroutineThreadsafe(patience.waitInAsync, newFlag());
    controller.abort(reason);
    const error = await call.catch((thrown: unknown) => thrown as CancelledError);
    expect(error).toBeInstanceOf(CancelledError);
    expect((error as CancelledError).message).toBe(message);
    expect((error as CancelledError).cause).toBe(controller.signal.reason);
    await allAnswered();
    await theLoop().runCoroutineThreadsafe(patience.readSeen);
  });

  test('of many calls cancels all of them, and is let go by those that were answered', async () => {
    const warn = vi.spyOn(process, 'emitWarning');
    const controller = new AbortController();
    const { signal } = controller;
    const listenerCount = () => getEventListeners(signal, 'abort').length;
    const loop = theLoop().with({ signal });
    for (let index = 0; index < 50; index += 1) {
      await loop.runCoroutineThreadsafe(functions.echo, index);
    }
    expect(listenerCount()).toBe(0);
    const calls = Array.from({ length: 50 }, () =>
      loop.runCoroutineThreadsafe(patience.waitInCoroutine, newFlag()),
    );
    expect(listenerCount()).toBe(50);
    controller.abort();
    for (const call of calls) await expect(call).rejects.toThrow(CancelledError);
    await allAnswered();
    expect([listenerCount(), warn.mock.calls]).toEqual([0, []]);
    await theLoop().runCoroutineThreadsafe(patience.readSeen);
  });
});

describe('a call behind a busy thread', () => {
  test.for(['cancel', 'signal', 'queueTimeoutMs'] as const)(
    'is withdrawn, and its function never runs: by %s',
    async (by) => {
      const loop = theLoop();
      await warmUp(loop);
      const release = await occupy(loop);
      const controller = new AbortController();
      const { signal } = controller;
      const options = { cancel: {}, signal: { signal }, queueTimeoutMs: { queueTimeoutMs: 5 } };
      const call = loop.with(options[by]).runCoroutineThreadsafe(patience.noteThatItRan);
      const behind = loop.runCoroutineThreadsafe(patience.readSeen);
      if (by === 'cancel') call.cancel('no more');
      if (by === 'signal') controller.abort('no more');
      // The answer is there although the thread has not moved.
      await expect(call).rejects.toThrow(
        by === 'queueTimeoutMs' ? 'noteThatItRan() was not started within 5 ms' : 'no more',
      );
      expect(call.cancelled()).toBe(by !== 'queueTimeoutMs');
      await release();
      expect(await behind).toEqual([]);
      await allAnswered();
    },
  );

  test('is not late by its timeoutMs, which counts from its start', async () => {
    const loop = theLoop();
    await warmUp(loop);
    const release = await occupy(loop);
    const call = loop.with({ timeoutMs: 20 }).runCoroutineThreadsafe(functions.echo, 'in time');
    const late = loop
      .with({ timeoutMs: 20 })
      .runCoroutineThreadsafe(patience.waitInCoroutine, newFlag());
    late.addDoneCallback(() => {});
    await new Promise((resolve) => void setTimeout(resolve, 80));
    expect([call.done(), late.done()]).toEqual([false, false]);
    await release();
    expect(await call).toBe('in time');
    const releasedAtMs = performance.now();
    await expect(late).rejects.toThrow(TimeoutError);
    await expect(late).rejects.toThrow('waitInCoroutine() ran longer than 20 ms');
    expect(performance.now() - releasedAtMs).toBeGreaterThan(10);
    await allAnswered();
    expect(await loop.runCoroutineThreadsafe(patience.readSeen)).toEqual([
      'coroutine: CancelledError: waitInCoroutine() ran longer than 20 ms',
      'coroutine: cleaned up',
    ]);
  });
});

test('a call that was answered in time is not late because its caller was busy', async () => {
  const loop = theLoop();
  await warmUp(loop);
  const call = loop.with({ timeoutMs: 50 }).runCoroutineThreadsafe(functions.echo, 'in time');
  // It leaves with the turn that made it.
  await Promise.resolve();
  Atomics.wait(newFlag(), 0, 0, 200);
  expect(await call).toBe('in time');
});

describe('queueTimeoutMs', () => {
  test('says nothing of a call that has started', async () => {
    const [started, end] = [newFlag(), newFlag()];
    const call = theLoop()
      .with({ queueTimeoutMs: 5 })
      .runCoroutineThreadsafe(toil.toilUntil, started, end);
    // Its module may take longer to load than the call may wait.
    const outcome = call.catch(String);
    await Promise.race([raised(started), outcome]);
    await new Promise((resolve) => void setTimeout(resolve, 20));
    raise(end);
    const again = theLoop().with({ queueTimeoutMs: 1_000 });
    expect(await again.runCoroutineThreadsafe(toil.toilUntil, started, end)).toBe('not cancelled');
    expect(['not cancelled', expect.stringContaining('not started')]).toContainEqual(await outcome);
  });

  test('ends the wait for a module that loads for ever, and those behind it go on', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [loop] = coordinator.loops as [RemoteLoop];
    await loop.runCoroutineThreadsafe(gate.setGate, 'slow-module', newFlag());
    await loop.runCoroutineThreadsafe(functions.nothing);
    const stuck = loop.with({ queueTimeoutMs: 20 }).runCoroutineThreadsafe(slow.noteSlowly, 1);
    const behind = loop.runCoroutineThreadsafe(functions.echo, 'behind');
    await expect(stuck).rejects.toThrow('noteSlowly() was not started within 20 ms');
    expect(await behind).toBe('behind');
    void loop.runCoroutineThreadsafe(slow.noteSlowly, 2).catch(() => {});
    await coordinator.shutdown({ mode: 'cancel' });
  });
});
