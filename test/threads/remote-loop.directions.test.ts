// Calls from every thread to every other: main to worker, worker to main, worker to worker.

import { getEventLoop, getLoop, remoteModule, run, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raised } from './fixtures/flag.js';
import { shareLoops } from './loops.js';

const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const patience = remoteModule<typeof import('./fixtures/patience.js')>(
  new URL('./fixtures/patience.ts', import.meta.url),
);
const threads = shareLoops({ loops: 3, name: 'w' });

interface Whereabouts {
  readonly current: string;
  readonly running: boolean;
  readonly names: readonly string[];
}

describe('a worker', () => {
  test.for(['relay', 'relayCoroutine'] as const)('calls a sibling (%s)', async (relay) => {
    const { coordinator } = threads;
    const where = (await coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(
        functions[relay] as typeof functions.relay,
        'w-2',
        functions.whereAmI,
      )) as Whereabouts;
    expect(where).toMatchObject({ current: 'w-2', running: true });
  });

  test('calls main although no loop is run there: it runs in the background', async () => {
    const where = await threads.coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(functions.relay, 'main', functions.whereAmI);
    expect(where).toMatchObject({ current: 'main', running: true });
  });

  test('calls main while main is inside run(), on the loop of that run', async () => {
    const loop = threads.coordinator.loop('w-1');
    const ask = () => loop.runCoroutineThreadsafe(functions.relay, 'main', functions.isInDebugMode);
    expect(await ask()).toBe(false);
    expect(await run(async () => ask(), { debug: true })).toBe(true);
    expect(await ask()).toBe(false);
    const stillThere = getEventLoop();
    await stillThere.runUntilComplete(async () => expect(await ask()).toBe(false));
  });

  test('calls itself by its name', async () => {
    const where = await threads.coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(functions.relay, 'w-1', functions.whereAmI);
    expect(where).toMatchObject({ current: 'w-1' });
  });

  test('posts to a sibling and to main', async () => {
    const [atSibling, atMain] = [newFlag(), newFlag()];
    const first = threads.coordinator.loop('w-1');
    first.callSoonThreadsafe(functions.relayPost, 'w-2', functions.raiseFlag, atSibling);
    first.callSoonThreadsafe(functions.relayPost, 'main', functions.raiseFlag, atMain);
    await Promise.all([raised(atSibling), raised(atMain)]);
  });

  test('talks to a sibling directly: it does so while main is blocked', async () => {
    const { coordinator } = threads;
    await coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(functions.relay, 'w-3', functions.echo, 'introduced');
    const done = newFlag();
    const call = coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(functions.relayOften, 'w-3', 200, done);
    // The call leaves in the next microtask.
    await Promise.resolve();
    await Promise.resolve();
    expect(Atomics.wait(done, 0, 0, 5_000)).not.toBe('timed-out');
    await call;
  });
});

describe('main', () => {
  test('calls itself by its name, and every worker', async () => {
    expect(await getLoop('main').runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
    for (const name of ['w-1', 'w-2', 'w-3']) {
      expect(getLoop(name)).toBe(threads.coordinator.loop(name));
      expect(await getLoop(name).runCoroutineThreadsafe(functions.whereAmI)).toMatchObject({
        current: name,
        names: expect.arrayContaining(['main', 'w-1', 'w-2', 'w-3']) as string[],
      });
    }
  });

  test('that ends its run cancels what workers had running on it, and they are told', async () => {
    const started = newFlag();
    const relayed = await run(async () => {
      const relay = threads.coordinator
        .loop('w-2')
        .runCoroutineThreadsafe(functions.relay, 'main', patience.waitInCoroutine, started);
      await raised(started);
      await sleep(0);
      return { relay };
    });
    await expect(relayed.relay).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    const next = threads.coordinator
      .loop('w-2')
      .runCoroutineThreadsafe(functions.relay, 'main', functions.echo, 1);
    expect(await next).toBe(1);
  });
});

describe('a chain of calls', () => {
  test('goes through all threads and comes back', async () => {
    const { relay, relayCoroutine, whereAmI } = functions;
    const chain = threads.coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(relay, 'w-2', relayCoroutine, 'main', relay, 'w-3', whereAmI);
    expect(await chain).toMatchObject({ current: 'w-3' });
  });

  test('may come by the same thread twice', async () => {
    const { relay, relayCoroutine, whereAmI } = functions;
    const { coordinator } = threads;
    const chain = coordinator
      .loop('w-1')
      .runCoroutineThreadsafe(relay, 'w-2', relayCoroutine, 'w-1', relayCoroutine, 'w-2', whereAmI);
    expect(await chain).toMatchObject({ current: 'w-2' });
  });

  test('may go in all directions at once', async () => {
    const names = ['w-1', 'w-2', 'w-3', 'main'];
    const { relay, relayCoroutine, echo } = functions;
    const calls = names.flatMap((from) =>
      names.flatMap((via) =>
        names.map(async (to, index) =>
          getLoop(from).runCoroutineThreadsafe(relay, via, relayCoroutine, to, echo, index),
        ),
      ),
    );
    const results = await Promise.all(calls);
    expect(results).toEqual(calls.map((_, index) => index % names.length));
  });
});
