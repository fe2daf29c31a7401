// The end of a coordinator: what is under way is carried out, cancelled or lost, as one says.

import {
  Coordinator,
  CoordinatorClosedError,
  LoopDiedError,
  loopNames,
  remoteModule,
  type RemoteLoop,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { startLoops } from '../threads/loops.js';

const deadly = remoteModule<typeof import('./fixtures/deadly.js')>(
  new URL('./fixtures/deadly.ts', import.meta.url),
);
const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);
const blocking = remoteModule<typeof import('../threads/fixtures/blocking.js')>(
  new URL('../threads/fixtures/blocking.ts', import.meta.url),
);
const toil = remoteModule<typeof import('../threads/fixtures/toil.js')>(
  new URL('../threads/fixtures/toil.ts', import.meta.url),
);
const jobs = remoteModule<typeof import('./fixtures/jobs.js')>(
  new URL('./fixtures/jobs.ts', import.meta.url),
);

const threadCount = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Worker').length;

describe('a shutdown that drains', () => {
  test('carries out what was called and posted before', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const flags = Array.from({ length: 20 }, () => newFlag());
    const calls = flags.map((_, index) => coordinator.submit(jobs.squareSlowly, index));
    for (const [index, flag] of flags.entries()) {
      coordinator.loops[index % 2]?.callSoonThreadsafe(functions.raiseFlag, flag);
    }
    await coordinator.shutdown();
    expect(flags.map(isRaised)).not.toContain(false);
    expect(calls.map((call) => call.result())).toEqual(flags.map((_, index) => index * index));
    expect(coordinator.stats()).toMatchObject({
      pendingCount: 0,
      loops: [{ state: 'gone' }, { state: 'gone' }],
    });
  });

  test('waits for what is under way, and for calls from thread to thread', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const [begun, end] = [newFlag(), newFlag()];
    const [first, second] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const underWay = first.runCoroutineThreadsafe(
      functions.relay,
      second.name,
      jobs.waitForFlag,
      begun,
      end,
    );
    await raised(begun);
    const down = coordinator.shutdown();
    await new Promise((resolve) => void setImmediate(resolve));
    expect([down.done(), underWay.done()]).toEqual([false, false]);
    raise(end);
    expect(await underWay).toBe('done');
    await down;
    expect(loopNames()).toEqual(['main']);
  });

  test('ends threads whose code left timers open', async () => {
    const coordinator = await startLoops({ loops: 2 });
    await coordinator.broadcast(deadly.openInterval);
    await coordinator.shutdown();
  });

  test('ends threads whose tasks wait for each other, and tells of it', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [told, cleaned] = [newFlag(), newFlag()];
    await coordinator.submit(jobs.leaveRing, told, cleaned);
    await coordinator.shutdown();
    expect([isRaised(told), isRaised(cleaned)]).toEqual([true, true]);
  });

  test('ends well when a thread dies meanwhile', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const lost = coordinator.submit(deadly.exit, 3);
    const kept = coordinator.submit(jobs.squareSlowly, 4);
    const failure = lost.catch((error: unknown) => error);
    await coordinator.shutdown();
    expect(await failure).toMatchObject({ name: 'LoopDiedError', exitCode: 3 });
    expect(await kept).toBe(16);
  });

  test('gives up after timeoutMs', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const started = newFlag();
    const lost = coordinator.submit(deadly.spin, started);
    const failure = lost.catch((error: unknown) => error as LoopDiedError);
    await raised(started);
    await coordinator.shutdown({ timeoutMs: 30 });
    expect(await failure).toMatchObject({
      name: 'LoopDiedError',
      reason: 'its shutdown took more than 30 ms',
    });
  });

  test('is what the end of an `await using` block does', async () => {
    let call;
    {
      await using coordinator = await Coordinator.start({ loops: 1 });
      call = coordinator.submit(jobs.squareSlowly, 7);
    }
    expect(call.result()).toBe(49);
    expect(loopNames()).toEqual(['main']);
  });
});

describe('a shutdown that cancels', () => {
  test('lets the code clean up', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const flags = [0, 1].map(() => ({ begun: newFlag(), cleaned: newFlag() }));
    const calls = flags.map(({ begun, cleaned }) =>
      coordinator.submit(jobs.waitForCancel, begun, cleaned),
    );
    const failures = calls.map((call) => call.catch((error: unknown) => error));
    await Promise.all(flags.map(({ begun }) => raised(begun)));
    await coordinator.shutdown({ mode: 'cancel' });
    expect(flags.map(({ cleaned }) => isRaised(cleaned))).toEqual([true, true]);
    for (const failure of failures) expect(await failure).toMatchObject({ code: 'ERR_CANCELLED' });
  });

  test.for(['callBlocking', 'callBlockingInTask'] as const)(
    'reaches code that blocks its thread until this one answers: %s',
    async (name) => {
      const coordinator = await startLoops({ loops: 1 });
      const [first] = coordinator.loops as [RemoteLoop];
      const [waiting, heard] = [newFlag(), newFlag()];
      const { waitUntilCancelled } = blocking;
      const call = first
        .runCoroutineThreadsafe(blocking[name], 'main', waitUntilCancelled, waiting, heard)
        .catch((error: unknown) => error);
      await raised(waiting);
      await coordinator.shutdown({ mode: 'cancel' });
      // By this thread, whose loop may have its turn only after the thread has ended.
      await raised(heard);
      if (name === 'callBlocking') expect(await call).toMatchObject({ code: 'ERR_CANCELLED' });
    },
  );

  test('reaches functions that only ask, whichever thread has called them', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const [first, second] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const [startedThere, startedHere] = [newFlag(), newFlag()];
    const calls = [
      first.runCoroutineThreadsafe(toil.toilInFunction, startedHere),
      first.runCoroutineThreadsafe(functions.nothing),
      second.runCoroutineThreadsafe(functions.relay, first.name, toil.toilInAsync, startedThere),
    ].map((call) =>
      call.then(
        () => ({ name: 'answered', message: '' }),
        (error: unknown) => error as Error,
      ),
    );
    await raised(startedHere);
    await coordinator.shutdown({ mode: 'cancel' });
    const outcomes = await Promise.all(calls);
    expect(outcomes.map(({ name }) => name)).toEqual(outcomes.map(() => 'CancelledError'));
    // It waited behind code that ended at once: what waits ends at the same moment.
    expect(outcomes[1]?.message).toBe('shutdown');
  });

  test('gives up after timeoutMs on code that never waits', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const started = newFlag();
    const lost = coordinator.submit(deadly.spin, started);
    const failure = lost.catch((error: unknown) => error);
    await raised(started);
    await coordinator.shutdown({ mode: 'cancel', timeoutMs: 30 });
    expect(await failure).toBeInstanceOf(LoopDiedError);
  });
});

describe('a shutdown that terminates', () => {
  test('ends busy threads at once, and what they held is lost', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const flags = [newFlag(), newFlag()];
    const lost = flags.map((started) => coordinator.submit(deadly.spin, started));
    const failures = lost.map((call) => call.catch((error: unknown) => error));
    await Promise.all(flags.map(raised));
    await coordinator.shutdown({ mode: 'terminate' });
    for (const failure of failures) {
      expect(await failure).toMatchObject({
        name: 'LoopDiedError',
        reason: 'its coordinator was shut down',
      });
    }
    expect(threadCount()).toBe(0);
  });
});

describe('a coordinator that was shut down', () => {
  test('takes no more calls, from the moment on', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [loop] = coordinator.loops as [RemoteLoop];
    const down = coordinator.shutdown();
    for (const settled of [false, true]) {
      if (settled) await down;
      expect(() => coordinator.submit(jobs.square, 1)).toThrow(CoordinatorClosedError);
      expect(() => coordinator.broadcast(jobs.square, 1)).toThrow(CoordinatorClosedError);
      expect(() => coordinator.map(jobs.square, [1])).toThrow(CoordinatorClosedError);
      expect(() => coordinator.restart('loop-1')).toThrow(CoordinatorClosedError);
      expect(() => loop.runCoroutineThreadsafe(jobs.square, 1)).toThrow(CoordinatorClosedError);
      expect(() => loop.callSoonThreadsafe(jobs.square, 1)).toThrow(CoordinatorClosedError);
      expect(String(coordinator)).toBe('<Coordinator closed loops=1>');
    }
  });

  test('can be shut down again: both wait for the same end', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const [begun, end] = [newFlag(), newFlag()];
    const call = coordinator.submit(jobs.waitForFlag, begun, end);
    await raised(begun);
    const downs = [coordinator.shutdown(), coordinator.shutdown()];
    await new Promise((resolve) => void setImmediate(resolve));
    expect(downs.map((down) => down.done())).toEqual([false, false]);
    raise(end);
    await Promise.all(downs);
    await coordinator.shutdown();
    await coordinator[Symbol.asyncDispose]();
    expect(call.result()).toBe('done');
  });

  test('can be terminated after all by somebody who loses patience', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const started = newFlag();
    const lost = coordinator.submit(deadly.spin, started);
    const failure = lost.catch((error: unknown) => error);
    await raised(started);
    const down = coordinator.shutdown();
    await Promise.all([down, coordinator.shutdown({ mode: 'terminate' })]);
    expect(await failure).toBeInstanceOf(LoopDiedError);
  });

  test('ends a map() that is under way: with what was called, then with the error', async () => {
    const coordinator = await startLoops({ loops: 1 });
    let closedCount = 0;
    function* read(): Generator<number> {
      try {
        for (let input = 0; ; input += 1) yield input;
      } finally {
        closedCount += 1;
      }
    }
    const seen: number[] = [];
    const results = (async () => {
      for await (const result of coordinator.map(jobs.squareSlowly, read(), { concurrency: 3 })) {
        seen.push(result);
        if (seen.length === 10) void coordinator.shutdown();
      }
    })();
    await expect(results).rejects.toBeInstanceOf(CoordinatorClosedError);
    expect(seen.length).toBeGreaterThanOrEqual(10);
    expect(seen).toEqual(seen.map((_, index) => index * index));
    expect(closedCount).toBe(1);
    await coordinator.shutdown();
  });
});
