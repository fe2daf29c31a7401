import {
  type Coroutine,
  DifferentLoopError,
  ensureFuture,
  Future,
  InvalidArgumentError,
  LoopClosedError,
  sleep,
  Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, nodeTurn, recordReports, virtualLoop } from './fixtures.js';

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

async function failsLater(error: unknown): Promise<never> {
  await nodeTurn();
  throw error;
}

describe('ensureFuture()', () => {
  test('gives a future back as it is', () => {
    const loop = hostLoop();
    const future = loop.createFuture();
    const task = loop.createTask(() => 1);
    expect(ensureFuture(future, { loop })).toBe(future);
    expect(ensureFuture(task, { loop })).toBe(task);
  });

  test('refuses a future of another loop', () => {
    const future = hostLoop().createFuture();
    const text =
      'The future belongs to a different loop than the one specified as the loop argument';
    expect(() => ensureFuture(future, { loop: hostLoop() })).toThrow(new DifferentLoopError(text));
  });

  test('makes a task of a coroutine', async () => {
    const loop = virtualLoop();
    const task = ensureFuture(answer('value'), { loop });
    expect(task).toBeInstanceOf(Task);
    expect(await loop.runUntilComplete(task)).toBe('value');
  });

  test('takes the current loop where none is given', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(() => {
      expect(ensureFuture(Promise.resolve()).getLoop()).toBe(loop);
    });
  });

  test('follows a promise, or anything with a then', async () => {
    const loop = virtualLoop();
    const future = ensureFuture(
      nodeTurn().then(() => 'value'),
      { loop },
    );
    expect(future).toBeInstanceOf(Future);
    expect(future).not.toBeInstanceOf(Task);
    expect(await loop.runUntilComplete(future)).toBe('value');
    const thenable = { then: (onValue: (value: string) => void) => onValue('thenable') };
    const followed = ensureFuture(thenable as unknown as PromiseLike<string>, { loop });
    expect(await loop.runUntilComplete(followed)).toBe('thenable');
    const failure = new RangeError('out of reach');
    const failed = ensureFuture(Promise.reject(failure), { loop });
    await expect(loop.runUntilComplete(failed)).rejects.toBe(failure);
  });

  test('follows a promise into its cancellation', async () => {
    const loop = virtualLoop();
    const source = loop.createFuture();
    const future = ensureFuture(source.then(), { loop });
    source.cancel('enough');
    await expect(loop.runUntilComplete(future)).rejects.toThrow('enough');
    expect(future.cancelled()).toBe(true);
  });

  test('lets a coroutine wait for a promise, and be cancelled in it', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const task = loop.createTask(
      (function* (): Coroutine<void> {
        log.push(yield* ensureFuture(nodeTurn().then(() => 'first')));
        try {
          yield* ensureFuture(new Promise(() => {}));
        } finally {
          log.push('cancelled');
        }
      })(),
    );
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toThrow();
    expect(log).toEqual(['first', 'cancelled']);
  });

  test('reports what a promise fails with after its future was cancelled', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const failure = new RangeError('too late');
    const future = ensureFuture(failsLater(failure), { loop });
    future.cancel();
    await nodeTurn();
    await nodeTurn();
    expect(reports).toHaveLength(1);
    expect(reports[0]?.message).toBe('A promise failed after its future was cancelled');
    expect(reports[0]?.exception).toBe(failure);
    expect(reports[0]?.future).toBe(future);
  });

  test('drops what a promise brings after its loop was closed', async () => {
    const loop = hostLoop();
    const good = ensureFuture(nodeTurn(), { loop });
    const bad = ensureFuture(failsLater(new Error('late')), { loop });
    good.addDoneCallback(() => {});
    loop.close();
    await nodeTurn();
    await nodeTurn();
    expect([good.done(), bad.done()]).toEqual([false, false]);
  });

  test('ends a coroutine that comes to a closed loop', () => {
    const loop = hostLoop();
    loop.close();
    const coroutine = answer(1);
    expect(() => ensureFuture(coroutine, { loop })).toThrow(LoopClosedError);
    expect(coroutine.next().done).toBe(true);
  });

  test.for([[5], ['text'], [null], [undefined], [{}]] as const)('refuses %o', ([value]) => {
    const ensure = (): unknown => ensureFuture(value as never, { loop: hostLoop() });
    expect(ensure).toThrow(InvalidArgumentError);
    expect(ensure).toThrow(/^A Future, a coroutine or an awaitable is required, got /);
  });

  test('refuses a generator function, and says to call it', () => {
    const ensure = (): unknown => ensureFuture(answer as never, { loop: hostLoop() });
    expect(ensure).toThrow(/answer.*call/);
  });
});
