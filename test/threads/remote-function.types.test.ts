// What the compiler knows of remote functions. Checked by tsc with the other types of the tests;
// at run time only the values beside it are looked at.

import {
  type ConcurrentFuture,
  type Coordinator,
  type Coroutine,
  isRemoteFunction,
  type RemoteFunction,
  remoteFunction,
  type RemoteLoop,
  remoteModule,
  type RemoteParameters,
  type RemoteResult,
} from 'threadloop';
import { describe, expect, expectTypeOf, test } from 'vitest';

const url = new URL('./fixtures/functions.ts', import.meta.url);
const functions = remoteModule<typeof import('./fixtures/functions.js')>(url);

declare function plain(a: number, b?: string): boolean;
declare function plainWithMany(...values: number[]): void;
declare function asynchronous(a: string): Promise<Map<string, number>>;
declare function cancellable(a: string, signal: AbortSignal): Promise<number>;
declare function onlySignal(signal: AbortSignal): Promise<void>;
declare function coroutine(a: number): Coroutine<Date>;

describe('a remote module', () => {
  test('has the functions of the module and nothing else', () => {
    expect(isRemoteFunction(functions.add)).toBe(true);
    expectTypeOf(functions.add).toEqualTypeOf<RemoteFunction<(a: number, b: number) => number>>();
    expectTypeOf<'addCoroutine' extends keyof typeof functions ? 1 : 0>().toEqualTypeOf<1>();
    expectTypeOf<'notAFunction' extends keyof typeof functions ? 1 : 0>().toEqualTypeOf<0>();
    // @ts-expect-error: the module has no such export
    expect(isRemoteFunction(functions.subtract)).toBe(true);
  });
});

describe('what a caller passes', () => {
  test('is what the function takes, without the signal that the far side supplies', () => {
    expectTypeOf<RemoteParameters<typeof plain>>().toEqualTypeOf<
      [a: number, b?: string | undefined]
    >();
    expectTypeOf<RemoteParameters<typeof plainWithMany>>().toEqualTypeOf<number[]>();
    expectTypeOf<RemoteParameters<typeof cancellable>>().toEqualTypeOf<[a: string]>();
    expectTypeOf<RemoteParameters<typeof onlySignal>>().toEqualTypeOf<[]>();
    expectTypeOf<RemoteParameters<typeof coroutine>>().toEqualTypeOf<[a: number]>();
  });

  test('is checked at the call', () => {
    const use = (loop: RemoteLoop, coordinator: Coordinator): void => {
      // @ts-expect-error: a text is no number
      loop.callSoonThreadsafe(functions.add, 1, 'two');
      // @ts-expect-error: one argument is missing
      void loop.runCoroutineThreadsafe(functions.add, 1);
      // @ts-expect-error: one argument is too many
      void coordinator.submit(functions.add, 1, 2, 3);
      // @ts-expect-error: inputs are numbers
      coordinator.map(remoteFunction<(input: number) => number>(url, 'echo'), ['one']);
      // @ts-expect-error: a local function does not travel
      void coordinator.submit((a: number) => a, 1);
    };
    expect(typeof use).toBe('function');
  });
});

describe('what a caller gets', () => {
  test('is what a promise resolves to, or a coroutine returns', () => {
    expectTypeOf<RemoteResult<typeof plain>>().toEqualTypeOf<boolean>();
    expectTypeOf<RemoteResult<typeof plainWithMany>>().toEqualTypeOf<void>();
    expectTypeOf<RemoteResult<typeof asynchronous>>().toEqualTypeOf<Map<string, number>>();
    expectTypeOf<RemoteResult<typeof coroutine>>().toEqualTypeOf<Date>();
  });

  test('comes as a future, a list of futures, or an iterator', () => {
    const use = (loop: RemoteLoop, coordinator: Coordinator): unknown[] => [
      expectTypeOf(loop.runCoroutineThreadsafe(functions.addCoroutine, 1, 2)).toEqualTypeOf<
        ConcurrentFuture<number>
      >(),
      expectTypeOf(coordinator.submit(functions.withSignal, 'a')).toEqualTypeOf<
        ConcurrentFuture<string>
      >(),
      expectTypeOf(coordinator.broadcast(functions.addAsync, 1, 2)).toEqualTypeOf<
        ConcurrentFuture<number[]>
      >(),
      expectTypeOf(
        coordinator.map(remoteFunction<typeof coroutine>(url, 'c'), new Set([1])),
      ).toEqualTypeOf<AsyncIterableIterator<Date>>(),
    ];
    expect(typeof use).toBe('function');
  });

  test('is typed in a coroutine too', () => {
    function* use(loop: RemoteLoop): Coroutine<void> {
      const sum = yield* loop.runCoroutineThreadsafe(functions.add, 1, 2);
      expectTypeOf(sum).toEqualTypeOf<number>();
    }
    expect(typeof use).toBe('function');
  });
});
