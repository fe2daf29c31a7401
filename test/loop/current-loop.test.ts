import { Worker } from 'node:worker_threads';
import {
  type EventLoop,
  getEventLoop,
  getRunningLoop,
  HostEventLoop,
  InvalidArgumentError,
  NoRunningLoopError,
  newEventLoop,
  run,
  setEventLoop,
  setLoopFactory,
} from 'threadloop';
import { afterEach, describe, expect, test } from 'vitest';
import { closedAfterwards, hostLoop, nodeTurn } from './fixtures.js';

afterEach(() => {
  setEventLoop(null);
  setLoopFactory(null);
});

describe('the loop of the main thread', () => {
  test('is created and set on first use', () => {
    const loop = getEventLoop();
    expect(loop).toBeInstanceOf(HostEventLoop);
    expect(getEventLoop()).toBe(loop);
    expect(loop.isRunning()).toBe(false);
    loop.close();
  });

  test('is the one that was set, until it is cleared', () => {
    const loop = hostLoop();
    setEventLoop(loop);
    expect(getEventLoop()).toBe(loop);
    setEventLoop(null);
    expect(getEventLoop()).not.toBe(loop);
  });

  test('is not replaced by creating another one', () => {
    const loop = getEventLoop();
    const other = newEventLoop();
    expect(other).toBeInstanceOf(HostEventLoop);
    expect(other).not.toBe(loop);
    expect(getEventLoop()).toBe(loop);
  });

  test('is the running one inside a run, whatever is set', async () => {
    const loop = hostLoop();
    const set = hostLoop();
    setEventLoop(set);
    const seen = await loop.runUntilComplete(async () => {
      const atFirst = getEventLoop();
      setEventLoop(null);
      await nodeTurn();
      return [atFirst, getEventLoop(), getRunningLoop()];
    });
    expect(seen).toEqual([loop, loop, loop]);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
    expect(() => getRunningLoop()).toThrow('no running event loop');
  });

  test('may be any object that has the methods of a loop', () => {
    const calls: unknown[] = [];
    const custom = {
      callSoon: (callback: () => void) => calls.push(callback),
      callAt() {},
      createTask() {},
      runForever() {},
      stop() {},
    };
    setEventLoop(custom as unknown as EventLoop);
    const callback = (): void => {};
    getEventLoop().callSoon(callback);
    expect(calls).toEqual([callback]);
  });

  test.for([
    [undefined, "'undefined'"],
    [7, "'number'"],
    [() => {}, "'function'"],
    [{ callSoon() {} }, "'object'"],
  ] as const)('cannot be %s', ([value, kind]) => {
    const set = (): void => setEventLoop(value as never);
    expect(set).toThrow(InvalidArgumentError);
    expect(set).toThrow(`loop must be an instance of EventLoop or null, not ${kind}`);
  });
});

describe('the loop factory', () => {
  test('makes the loops of newEventLoop(), of getEventLoop() and of run()', async () => {
    const made: EventLoop[] = [];
    setLoopFactory(() => {
      const loop = new HostEventLoop({ name: `custom-${made.length + 1}` });
      made.push(loop);
      return loop;
    });
    expect(newEventLoop().name).toBe('custom-1');
    expect(getEventLoop().name).toBe('custom-2');
    expect(getEventLoop().name).toBe('custom-2');
    expect(await run(() => getRunningLoop().name)).toBe('custom-3');
    setLoopFactory(null);
    expect(newEventLoop().name).toBe('main');
    expect(made).toHaveLength(3);
  });

  test('has to be a function', () => {
    expect(() => setLoopFactory('uvloop' as never)).toThrow(
      "loop factory must be a function or null, not 'string'",
    );
  });
});

/** Runs a module in a plain worker thread of Node; gives what it posts. */
async function inPlainWorker(text: string): Promise<unknown> {
  const resolve = (door: string): string => JSON.stringify(import.meta.resolve(door));
  const source = `
    import { parentPort } from 'node:worker_threads';
    import * as threadloop from ${resolve('threadloop')};
    const { getEventLoop, HostEventLoop, setEventLoop } = threadloop;
    ${text}`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const worker = new Worker(url, { name: 'W1' });
  return new Promise((done, fail) => {
    worker.once('message', done);
    worker.once('error', fail);
  });
}

describe('the loop of any other thread', () => {
  test('has to be set first', async () => {
    const message = await inPlainWorker(`
      const messages = [];
      for (let count = 0; count < 2; count += 1) {
        try { getEventLoop(); } catch (error) { messages.push(error.name, error.message); }
      }
      parentPort.postMessage(messages);
    `);
    // Node tells threads their names from 22.20 on; before, a thread is called by its number.
    const text = expect.stringMatching(
      /^There is no current event loop in thread '(W1|worker-\d+)'\.$/,
    );
    expect(message).toEqual(['NoCurrentLoopError', text, 'NoCurrentLoopError', text]);
  });

  test('is its own, and runs there', async () => {
    const mine = closedAfterwards(new HostEventLoop());
    setEventLoop(mine);
    const seen = await inPlainWorker(`
      const loop = new HostEventLoop({ name: 'its own' });
      setEventLoop(loop);
      parentPort.postMessage(await loop.runUntilComplete(async () => {
        await threadloop.sleep(1);
        return [getEventLoop() === loop, getEventLoop().name];
      }));
    `);
    expect(seen).toEqual([true, 'its own']);
    expect(getEventLoop()).toBe(mine);
  });
});
