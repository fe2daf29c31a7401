/** asyncio's test_events: nested runs, handles, calls from other threads, which loop am I on. */
import { Worker } from 'node:worker_threads';
import {
  getEventLoop,
  getRunningLoop,
  Handle,
  LoopRunningError,
  setEventLoop,
  setLoopFactory,
  TimerHandle,
} from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds } from './both-kinds.js';
import { errorOf, runOneTick } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('events');

scenarioInBothKinds(
  'A-021',
  'a running loop cannot be run again',
  async ({ newLoop, work, run }) => {
    const loop = newLoop();
    const seen: unknown[] = [];
    await run(
      work(function* () {
        seen.push(loop.isRunning());
        const again = (function* () {})();
        try {
          // A loop that returns promises refuses with one, and then at once.
          const refused = loop.runUntilComplete(again) as Promise<unknown> | undefined;
          refused?.catch((error: unknown) => seen.push(error));
        } catch (error) {
          seen.push(error);
        }
        yield* [];
      }),
      loop,
    );
    await Promise.resolve();
    expect(seen).toEqual([true, new LoopRunningError('This event loop is already running')]);
  },
);

scenarioInBothKinds(
  'A-022',
  'one loop runs in a thread at a time',
  async ({ newLoop, work, run }) => {
    const [outer, inner] = [newLoop(), newLoop()];
    const seen: unknown[] = [];
    await run(
      work(function* () {
        try {
          const refused = inner.runForever() as Promise<void> | undefined;
          refused?.catch((error: unknown) => seen.push(error));
        } catch (error) {
          seen.push(error);
        }
        expect(getRunningLoop()).toBe(outer);
        inner.close();
        expect(inner.isClosed()).toBe(true);
        yield* [];
      }),
      outer,
    );
    await Promise.resolve();
    expect(seen).toEqual([
      new LoopRunningError('Cannot run the event loop while another loop is running'),
    ]);
  },
);

scenario('A-027', 'a callback may cancel its own handle', async ({ newLoop }) => {
  const loop = newLoop();
  const log: string[] = [];
  const handle = loop.callSoon(() => {
    handle.cancel();
    log.push('to the end');
  });
  await runOneTick(loop);
  expect(log).toEqual(['to the end']);
  expect(handle.cancelled()).toBe(true);
});

scenario('A-031', 'a timer tells its time, and its equals are told by it', ({ newLoop }) => {
  const loop = newLoop();
  const whenMs = loop.time() + 1_000;
  const f = (): void => {};
  const [first, second] = [loop.callAt(whenMs, f), loop.callAt(whenMs, f)];
  expect(first.when()).toBe(whenMs);
  expect(first).toBeInstanceOf(TimerHandle);
  // JavaScript's `<` takes no overloads: timers are ordered by when(), and equal to themselves.
  expect(first.when()).toBe(second.when());
  expect(loop.callSoon(f)).not.toHaveProperty('when');
  expect(loop.callSoon(f)).toBeInstanceOf(Handle);
});

scenario(
  'A-032',
  'outside the main thread there is no loop until one is set',
  async () => {
    const texts = await messagesOfPlainThread();
    const expected = /^There is no current event loop in thread '(W1|worker-\d+)'\.$/;
    expect(texts).toHaveLength(3);
    for (const text of texts) expect(text).toMatch(expected);
    // Where we depart: the main thread creates and sets one on first use.
    setEventLoop(null);
    const created = getEventLoop();
    expect(getEventLoop()).toBe(created);
    created.close();
    setEventLoop(null);
  },
  { notOn: { virtual: 'no loop is used', blocking: 'no loop is used' } },
);

scenarioInBothKinds(
  'A-034',
  'what decides about new loops has no say inside a run',
  async ({ newLoop, work, run }) => {
    class TestError extends Error {}
    const loop = newLoop();
    setEventLoop(null);
    setLoopFactory(() => {
      throw new TestError('no loop');
    });
    try {
      expect(() => getEventLoop()).toThrow(TestError);
      const seen = await run(
        work(function* () {
          yield* [];
          return getEventLoop();
        }),
        loop,
      );
      expect(seen).toBe(loop);
      expect(await errorOf(() => getEventLoop())).toBeInstanceOf(TestError);
    } finally {
      setLoopFactory(null);
    }
  },
);

/** Asks for a loop in a thread of Node's that has none: twice, and once after it had one. */
async function messagesOfPlainThread(): Promise<string[]> {
  const source = `
    import { parentPort } from 'node:worker_threads';
    import * as threadloop from ${JSON.stringify(import.meta.resolve('threadloop'))};
    const texts = [];
    const ask = () => {
      try { threadloop.getEventLoop(); } catch (error) { texts.push(error.message); }
    };
    ask();
    ask();
    threadloop.setEventLoop(threadloop.newEventLoop());
    threadloop.getEventLoop();
    threadloop.setEventLoop(null);
    ask();
    parentPort.postMessage(texts);
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const worker = new Worker(url, { name: 'W1' });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
