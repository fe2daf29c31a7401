// What a call on another thread's loop does, for every kind of function.

import { inspect } from 'node:util';
import {
  InvalidArgumentError,
  type RemoteFunction,
  remoteFunction,
  remoteModule,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { shareLoops } from './loops.js';

const url = new URL('./fixtures/functions.ts', import.meta.url);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(url);
const threads = shareLoops({ loops: 2, name: 'worker' });
const first = () => threads.coordinator.loop('worker-1');
const second = () => threads.coordinator.loop('worker-2');

describe('a call', () => {
  test.for(['add', 'addAsync', 'addCoroutine', 'addPromise', 'addFuture', 'addArrow'] as const)(
    'gives the result of every kind of function: %s',
    async (name) => {
      const fn = functions[name] as RemoteFunction<(a: number, b: number) => unknown>;
      expect(await first().runCoroutineThreadsafe(fn, 2, 3)).toBe(5);
    },
  );

  test.for([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['-0', -0],
    ['a bigint', 2n ** 70n],
    ['a date', new Date(0)],
    ['a Map', new Map([['a', new Set([1])]])],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['an error', new TypeError('a value, not a failure')],
    ['an object that looks like a promise', { then: 1 }],
    ['an array with holes', Object.assign([1], { 2: 3 })],
    ['a remote function', functions.add],
  ] as const)('carries %s there and back', async ([, value]) => {
    expect(await first().runCoroutineThreadsafe(functions.echo, value)).toEqual(value);
  });

  test('passes copies, and shared memory as it is', async () => {
    const list = [1];
    const copy = await first().runCoroutineThreadsafe(functions.echo, list);
    expect(copy).not.toBe(list);
    const shared = new Int32Array(new SharedArrayBuffer(4));
    await first().runCoroutineThreadsafe(functions.raiseFlag, shared);
    expect(shared[0]).toBe(1);
  });

  test('is counted while it is under way, and when it has ended', async () => {
    const before = first().stats();
    expect(before).toMatchObject({ name: 'worker-1', threadId: first().threadId, pendingCount: 0 });
    const call = first().runCoroutineThreadsafe(functions.echo, 1);
    expect(first().stats().pendingCount).toBe(1);
    await call;
    expect(first().stats()).toEqual({ ...before, completedCount: before.completedCount + 1 });
    expect(Object.isFrozen(before)).toBe(true);
  });

  test('runs on that thread, on its loop, as a task', async () => {
    const here = await first().runCoroutineThreadsafe(functions.whereAmI);
    const there = await second().runCoroutineThreadsafe(functions.whereAmI);
    expect(here).toMatchObject({ current: 'worker-1', running: true });
    expect(there).toMatchObject({ current: 'worker-2', running: true });
    expect([here.threadId, there.threadId]).toEqual([first().threadId, second().threadId]);
    const [before, after] = await first().runCoroutineThreadsafe(functions.taskNames);
    expect(before).toMatch(/^Task-\d+$/);
    expect(after).toBe(before);
  });

  test('passes no more arguments than the caller did', async () => {
    const run = first().runCoroutineThreadsafe.bind(first());
    expect(await run(functions.plainWithMissing)).toBe('undefined undefined');
    expect(await run(functions.plainWithMissing, 1)).toBe('number undefined');
    expect(await run(functions.countWithRest)).toBe(0);
    expect(await run(functions.countWithRest, 1, 2, 3)).toBe(3);
    expect(await run(functions.countWithDefault, 7)).toEqual([7, 2]);
    expect(await run(functions.countWithDefault, 7, 3)).toEqual([7, 3]);
  });

  test('gives an async function the signal that it declares last', async () => {
    const run = first().runCoroutineThreadsafe.bind(first());
    expect(await run(functions.withSignal, 'a')).toBe('a true false');
    expect(await run(functions.signalOnly)).toBe(true);
    const short = remoteFunction<(a: number) => Promise<string>>(url, 'signalBehindOptional');
    expect(await run(short, 1)).toBe('1 undefined true');
    expect(await run(functions.signalBehindOptional, 1, 2)).toBe('1 2 true');
  });

  test('can be many at once, each with its own answer', async () => {
    const calls = Array.from({ length: 2_000 }, (_, index) =>
      (index % 2 === 0 ? first() : second()).runCoroutineThreadsafe(functions.echo, index),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index));
  });

  test('of what is no remote function is refused at once', () => {
    const local = (): number => 1;
    expect(() => first().runCoroutineThreadsafe(local as never)).toThrow(
      'runCoroutineThreadsafe() expects a remote function, got the function local',
    );
    expect(() => first().callSoonThreadsafe(undefined as never)).toThrow(InvalidArgumentError);
  });

  test.for([
    ['ModuleNotFoundError', new URL('./fixtures/nowhere.js', import.meta.url), 'add'],
    ['ExportNotFoundError', url, 'subtract'],
    ['NotAFunctionError', url, 'notAFunction'],
  ] as const)('of a function that is not there fails with %s', async ([name, where, fn]) => {
    const missing = first().runCoroutineThreadsafe(remoteFunction(where, fn));
    await expect(missing).rejects.toMatchObject({ name });
    expect(await first().runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });

  test('fails alone for an argument or a result that cannot be cloned', async () => {
    const run = first().runCoroutineThreadsafe.bind(first());
    const calls = await Promise.allSettled([
      run(functions.echo, 1),
      run(functions.echo, { f() {} }),
      run(functions.returnUncloneable),
      run(functions.echo, 2),
    ]);
    expect(calls.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(calls[1]).toMatchObject({
      reason: {
        name: 'NotCloneableError',
        message: expect.stringContaining('argument 1 of echo() cannot be copied') as string,
      },
    });
    expect(calls[2]).toMatchObject({
      reason: {
        name: 'NotCloneableError',
        message: expect.stringContaining('the result cannot be copied') as string,
      },
    });
  });
});

describe('a remote loop', () => {
  test('has the name of its thread, and prints it', () => {
    expect(first().name).toBe('worker-1');
    expect(inspect(first())).toBe(`<RemoteLoop name='worker-1' threadId=${first().threadId}>`);
    expect(`${String(second())}`).toContain('worker-2');
  });

  test('is the same object each time', () => {
    expect(threads.coordinator.loops[0]).toBe(first());
    expect(threads.coordinator.loops).toHaveLength(2);
  });
});
