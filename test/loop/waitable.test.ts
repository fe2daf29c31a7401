// A future is a promise in shape: what Promises/A+ and Promise.prototype promise, it does.

import { types } from 'node:util';
import { CancelledError, type Future } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, nodeTurn, runOneTick, virtualLoop } from './fixtures.js';

function settled(how: 'with a result' | 'with an error'): Future<string> {
  const future = hostLoop().createFuture<string>();
  if (how === 'with a result') future.setResult('value');
  else future.setException(new RangeError('odd'));
  return future;
}

describe('a future as a promise', () => {
  test('has the shape of one, and is none of the engine', () => {
    const future = settled('with a result');
    expect(Object.prototype.toString.call(future)).toBe('[object Promise]');
    expect([typeof future.then, typeof future.catch, typeof future.finally]).toEqual(
      Array<string>(3).fill('function'),
    );
    expect(future.then()).toBeInstanceOf(Promise);
    expect(types.isPromise(future)).toBe(false);
  });

  test('calls handlers later, once, in the order of then(), also when it is done', async () => {
    const future = hostLoop().createFuture<string>();
    const log: string[] = [];
    const waits = [future.then(() => log.push('first')), future.then(() => log.push('second'))];
    future.setResult('value');
    waits.push(future.then((value) => log.push(`third, ${value}`)));
    log.push('synchronous');
    await Promise.all(waits);
    expect(log).toEqual(['synchronous', 'first', 'second', 'third, value']);
  });

  test('passes values, errors, and what handlers return or throw', async () => {
    const good = settled('with a result');
    const bad = settled('with an error');
    const failure = new TypeError('from the handler');
    expect(await good.then((value) => `${value}!`)).toBe('value!');
    expect(await good.then(async (value) => `${value}?`)).toBe('value?');
    expect(await good.then(null, () => 'unused')).toBe('value');
    expect(await good.catch(() => 'unused')).toBe('value');
    expect(await bad.then(null, (error: unknown) => String(error))).toBe('RangeError: odd');
    expect(await bad.catch((error: unknown) => String(error))).toBe('RangeError: odd');
    await expect(bad.then(() => 'unused')).rejects.toThrow('odd');
    const thrown = good.then(() => {
      throw failure;
    });
    await expect(thrown).rejects.toBe(failure);
  });

  test('ignores handlers that are no functions', async () => {
    const none = 5 as unknown as null;
    expect(await settled('with a result').then(none, none)).toBe('value');
    await expect(settled('with an error').then(none, none)).rejects.toThrow('odd');
  });

  test('has a finally() that passes through, waits, and may fail', async () => {
    const log: unknown[][] = [];
    const note = (...args: unknown[]): unknown => log.push(args);
    expect(await settled('with a result').finally(note)).toBe('value');
    await expect(settled('with an error').finally(note)).rejects.toThrow('odd');
    expect(log).toEqual([[], []]);
    const slowly = (): unknown => nodeTurn().then(note);
    // What finally() returns is waited for, as a promise's own does.
    await settled('with a result').finally(slowly);
    expect(log).toHaveLength(3);
    const failure = new TypeError('from finally');
    const failing = settled('with a result').finally(() => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
  });

  test('can be awaited, adopted, and combined with other promises', async () => {
    const loop = hostLoop();
    const [one, two, three] = [loop.createFuture(), loop.createFuture(), loop.createFuture()];
    const adopted = Promise.resolve(one);
    const all = Promise.all([one, two]);
    const first = Promise.race([three, two]);
    const results = Promise.allSettled([two, three]);
    one.setResult(1);
    two.setResult(2);
    expect(await one).toBe(1);
    expect(await adopted).toBe(1);
    expect(await all).toEqual([1, 2]);
    expect(await first).toBe(2);
    three.cancel('enough');
    expect(await results).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'rejected', reason: new CancelledError('enough') },
    ]);
  });

  test('settles those who await it although its loop stands still', async () => {
    const loop = hostLoop();
    const future = loop.createFuture<string>();
    const log: string[] = [];
    future.addDoneCallback(() => log.push('done callback'));
    setImmediate(() => future.setResult('value'));
    expect(await future).toBe('value');
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['done callback']);
  });

  test('settles those who await it although its loop was stopped just then', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    const waiting = (async () => await future)();
    loop.callSoon(() => {
      future.setResult('value');
      loop.stop();
    });
    await loop.runForever();
    loop.stop();
    await loop.runForever();
    expect(await waiting).toBe('value');
  });

  test('is no rejection that nobody handled, as long as nobody asked', async () => {
    const seen: unknown[] = [];
    const note = (reason: unknown): void => void seen.push(reason);
    process.on('unhandledRejection', note);
    const future = hostLoop().createFuture();
    future.setException(new Error('odd'));
    await nodeTurn();
    future.exception();
    process.off('unhandledRejection', note);
    expect(seen).toEqual([]);
  });
});
