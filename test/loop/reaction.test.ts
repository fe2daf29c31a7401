// What `then` gives with two handlers, as `await` calls it: a promise only when somebody asks.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Future } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, nodeTurn } from './fixtures.js';

const give = <T>(value: T): T => value;

function raise(error: unknown): never {
  throw error;
}

/** The rejections that nobody handled while something was done. */
async function unhandledIn(act: () => unknown): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = (reason: unknown): void => void seen.push(reason);
  process.on('unhandledRejection', note);
  await act();
  await nodeTurn();
  process.off('unhandledRejection', note);
  return seen;
}

function pending(): Future<string> {
  return hostLoop().createFuture<string>();
}

describe('what then() gives with two handlers', () => {
  test('is a promise in shape, asked for before or after the end', async () => {
    const future = pending();
    const [early, late] = [future.then(give, raise), future.then(give, raise)];
    const asked = early.then((value) => `${value}, early`);
    expect(Object.prototype.toString.call(late)).toBe('[object Promise]');
    future.setResult('value');
    expect(await asked).toBe('value, early');
    expect(await late).toBe('value');
    expect(await late.finally(() => {})).toBe('value');
  });

  test('takes over what a handler returns, be it a promise, or throws', async () => {
    const future = pending();
    const failure = new TypeError('from the handler');
    const outcomes = Promise.allSettled([
      future.then(async (value) => `${value}, later`, raise),
      future.then(() => raise(failure), raise),
      future.then(async () => raise(failure), raise),
    ]);
    future.setResult('value');
    expect(await outcomes).toEqual([
      { status: 'fulfilled', value: 'value, later' },
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
  });

  test('gives an error to the second handler', async () => {
    const future = pending();
    const failure = new RangeError('odd');
    const handled = future.then(give, (error: unknown) => [error]);
    future.setException(failure);
    expect(await handled).toEqual([failure]);
  });

  test('is a rejection that nobody handled, if a handler throws and nobody asks', async () => {
    const failures = [new Error('thrown'), new Error('rejected')];
    const seen = await unhandledIn(() => {
      const future = pending();
      void future.then(() => raise(failures[0]), raise);
      void future.then(async () => raise(failures[1]), raise);
      future.setResult('value');
    });
    expect(seen).toEqual(failures);
  });

  test('is none, if somebody handles it', async () => {
    const seen = await unhandledIn(async () => {
      const future = pending();
      const chained = future.then(() => raise(new Error('thrown')), raise).catch(() => 'handled');
      future.setResult('value');
      expect(await chained).toBe('handled');
    });
    expect(seen).toEqual([]);
  });

  test('cannot wait for itself', async () => {
    const future = pending();
    const circle: Promise<unknown> = future.then(() => circle, raise);
    future.setResult('value');
    await expect(circle).rejects.toThrow(TypeError);
  });

  test('calls its handler in the async context of the call', async () => {
    const storage = new AsyncLocalStorage<string>();
    const future = pending();
    const seen = storage.run('caller', () => future.then(() => storage.getStore(), raise));
    storage.run('settler', () => future.setResult('value'));
    expect(await seen).toBe('caller');
  });

  test('calls handlers in turn with others, and those that come meanwhile later', async () => {
    const [first, second] = [pending(), pending()];
    const log: string[] = [];
    void first.then(() => {
      log.push('first');
      queueMicrotask(() => log.push('microtask'));
      void second.then(() => log.push('came meanwhile'), raise);
    }, raise);
    void first.then(() => log.push('second'), raise);
    second.setResult('done');
    first.setResult('done');
    log.push('synchronous');
    await nodeTurn();
    expect(log).toEqual(['synchronous', 'first', 'second', 'microtask', 'came meanwhile']);
  });
});
