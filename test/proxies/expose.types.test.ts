// What the compiler knows of objects on other loops. Checked by tsc with the other types of the
// tests; at run time only the values beside it are looked at.

import type { MessagePort } from 'node:worker_threads';
import type { ConcurrentFuture, Coroutine, Remote, RemoteLoop } from 'threadloop';
import { createEndpoint, proxy, type ProxyMarked, releaseProxy } from 'threadloop/comlink';
import { describe, expect, expectTypeOf, test } from 'vitest';

declare class Counter {
  static readonly made: number;
  static sum(a: number, b: number): number;
  count: number;
  readonly nested: { readonly deep: { readonly name: string } };
  readonly later: Promise<Date>;
  constructor(start: number);
  add(by?: number): number;
  read(file: string, signal?: AbortSignal): Promise<string>;
  settle(word: string, signal: AbortSignal): Promise<boolean>;
  crawl(url: string): Coroutine<Map<string, number>>;
  tally(): { total(): number } & ProxyMarked;
  listen(listener: (word: string) => void): void;
  use(other: Remote<{ go(): void }>): void;
}

type RemoteCounter = Remote<Counter>;

describe('the methods of a remote object', () => {
  test('take what the object takes, and give futures of what it gives', () => {
    const use = (counter: RemoteCounter): unknown[] => [
      expectTypeOf(counter.add(1)).toEqualTypeOf<ConcurrentFuture<number>>(),
      expectTypeOf(counter.settle('a')).toEqualTypeOf<ConcurrentFuture<boolean>>(),
      expectTypeOf(counter.crawl('a')).toEqualTypeOf<ConcurrentFuture<Map<string, number>>>(),
      expectTypeOf(counter.read('a')).toEqualTypeOf<ConcurrentFuture<string>>(),
      // @ts-expect-error: a text is no number
      counter.add('1'),
      expectTypeOf(counter).not.toHaveProperty('subtract'),
    ];
    expect(typeof use).toBe('function');
  });

  test('take callbacks, and proxies', () => {
    const use = (counter: RemoteCounter, other: Remote<{ go(): void }>): unknown[] => [
      counter.listen(proxy((word: string) => word.length)),
      counter.use(other),
      counter.use(proxy({ go: () => undefined })),
      // @ts-expect-error: an object that is not marked would be copied
      counter.use({ go: () => undefined }),
    ];
    expect(typeof use).toBe('function');
  });

  test('give proxies of what is marked', () => {
    const use = async (counter: RemoteCounter): Promise<void> => {
      const tally = await counter.tally();
      expectTypeOf(tally.total()).toEqualTypeOf<ConcurrentFuture<number>>();
      tally[releaseProxy]();
    };
    expect(typeof use).toBe('function');
  });
});

describe('the properties of a remote object', () => {
  test('are read by waiting, however deep they lie', () => {
    const use = async (counter: RemoteCounter): Promise<void> => {
      expectTypeOf(await counter.count).toEqualTypeOf<number>();
      expectTypeOf(await counter.later).toEqualTypeOf<Date>();
      expectTypeOf(await counter.nested.deep.name).toEqualTypeOf<string>();
      // It is not here yet.
      expectTypeOf(counter.count).not.toHaveProperty('toFixed');
    };
    expect(typeof use).toBe('function');
  });

  test('are read in coroutines too', () => {
    function* use(counter: RemoteCounter): Coroutine<void> {
      expectTypeOf(yield* counter.count).toEqualTypeOf<number>();
      expectTypeOf(yield* counter.add()).toEqualTypeOf<number>();
    }
    expect(typeof use).toBe('function');
  });
});

test('a remote class makes remote instances', () => {
  const use = async (loop: RemoteLoop): Promise<void> => {
    using counters = loop.proxy<typeof Counter>('Counter');
    const counter = await new counters(1);
    expectTypeOf(counter).toEqualTypeOf<RemoteCounter>();
    expectTypeOf(await counters.made).toEqualTypeOf<number>();
    expectTypeOf(counters.sum(1, 2)).toEqualTypeOf<ConcurrentFuture<number>>();
    expectTypeOf(counters[createEndpoint]()).toEqualTypeOf<ConcurrentFuture<MessagePort>>();
    // @ts-expect-error: a number is asked for
    await new counters('one');
  };
  expect(typeof use).toBe('function');
});

test('a remote function is called as it is', () => {
  const use = (loop: RemoteLoop): void => {
    const greet = loop.proxy<(name: string) => Promise<Date>>('greet');
    expectTypeOf(greet('a')).toEqualTypeOf<ConcurrentFuture<Date>>();
  };
  expect(typeof use).toBe('function');
});
