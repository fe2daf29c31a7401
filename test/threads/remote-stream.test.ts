// Streams between real threads: there, back, and ended at either side.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  isCancelled,
  LoopDiedError,
  remoteModule,
  run,
  sleep,
  waitFor,
  type RemoteLoop,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { getDirectory } from '#src/threads/directory.js';
import { streamWindow } from '#src/threads/remote-stream.js';
import { Money, OverdrawnError } from '../wire/fixtures/classes.js';
import { eventually, shareLoops, startLoops } from './loops.js';

const streams = remoteModule<typeof import('./fixtures/streams.js')>(
  new URL('./fixtures/streams.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loop = () => threads.coordinator.loop('loop-1');
const journal = () => loop().runCoroutineThreadsafe(streams.readJournal);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('iterate', () => {
  test('gives the items of a generator, in order', async () => {
    const items = await collect(loop().iterate(streams.numbers, 5_000));
    expect(items).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
    expect(await journal()).toEqual(['numbers: all', 'numbers: finally']);
  });

  test('gives those of async generators, and of whatever is iterable', async () => {
    expect(await collect(loop().iterate(streams.ticks, 2))).toEqual([1, 2]);
    expect(await collect(loop().iterate(streams.list))).toEqual(['x', 'y']);
    await journal();
  });

  test('waits where a generator waits, and takes every other yield for an item', async () => {
    const seen: unknown[] = [];
    for await (const item of loop().iterate(streams.slowly)) {
      seen.push(item);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['a', null, { n: 1 }]);
    expect(await journal()).toEqual(['slowly: CancelledError', 'slowly: cleaned up']);
  });

  test('can be waited for step by step, in both kinds of task', () =>
    run(
      (function* () {
        const stream = loop().iterate(streams.numbers, 2);
        expect(yield* stream.next()).toEqual({ done: false, value: 1 });
        expect(yield* stream.next()).toEqual({ done: false, value: 2 });
        expect(yield* stream.next()).toEqual({ done: true, value: undefined });
        expect(yield* stream.next()).toEqual({ done: true, value: undefined });
      })(),
    ));

  test('throws the error of the producer after the items before it, once', async () => {
    const seen: number[] = [];
    const stream = loop().iterate(streams.failsAfter, 3);
    const reading = (async () => {
      for await (const item of stream) seen.push(item);
    })();
    const error = await reading.catch((thrown: unknown) => thrown);
    expect(seen).toEqual([1, 2, 3]);
    expect(error).toBeInstanceOf(OverdrawnError);
    expect((error as OverdrawnError).by.cents).toBe(3);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('refuses what cannot be iterated, and functions that are not there', async () => {
    await expect(collect(loop().iterate(streams.nothing as never))).rejects.toThrow(
      'iterate() expects a function that returns something iterable, this one returned 3',
    );
    const absent = streams as unknown as { readonly absent: never };
    await expect(collect(loop().iterate(absent.absent))).rejects.toThrow("no export 'absent'");
    expect(() => loop().iterate((() => []) as never)).toThrow(
      'iterate() expects a remote function',
    );
  });

  test('brings instances and moved memory, and names the item that cannot come', async () => {
    const [price, bytes] = await collect(loop().iterate(streams.prices));
    expect(price).toBeInstanceOf(Money);
    expect(bytes).toEqual(new Uint8Array([7]));
    const bad = collect(loop().iterate(streams.functions));
    await expect(bad).rejects.toThrow(/the function .* \(at \.items\[0\]\) is not cloneable/);
    let seen: string[] = [];
    while (!seen.includes('functions: finally')) seen = await journal();
  });
});

describe('back pressure', () => {
  test('keeps the producer within a window of the reader', async () => {
    const stream = loop().iterate(streams.numbers, 1_000_000);
    for (let n = 1; n <= 10; n += 1) await stream.next();
    await sleepForReal(50);
    const made = await loop().runCoroutineThreadsafe(streams.countMade);
    expect(made).toBeGreaterThanOrEqual(10);
    expect(made).toBeLessThanOrEqual(10 + streamWindow);
    for (let n = 11; n <= 3_000; n += 1) await stream.next();
    expect(await loop().runCoroutineThreadsafe(streams.countMade)).toBeLessThanOrEqual(
      3_000 + streamWindow,
    );
    await stream.return();
    expect(await journal()).toEqual(['numbers: finally']);
  });

  test('holds in the other direction', async () => {
    let made = 0;
    async function* source(): AsyncGenerator<number> {
      for (made = 1; made <= 100_000; made += 1) yield made;
    }
    expect(await loop().runCoroutineThreadsafe(streams.firstOf, source())).toBe(1);
    expect(made).toBeLessThanOrEqual(1 + streamWindow);
  });
});

describe('a stream that is left early', () => {
  test('runs the finally blocks of its producer before the reader goes on', async () => {
    for await (const item of loop().iterate(streams.numbers, 100_000)) if (item === 3) break;
    expect(await journal()).toEqual(['numbers: finally']);
    for await (const item of loop().iterate(streams.ticks, 10)) if (item === 3) break;
    expect(await journal()).toEqual(['ticks: aborted', 'ticks: finally']);
  });

  test('before it was read does not begin', async () => {
    const stream = loop().iterate(streams.numbers, 10);
    expect(await stream.return()).toEqual({ done: true, value: undefined });
    expect(await collect(stream)).toEqual([]);
    expect(await journal()).toEqual([]);
  });

  test('by a cancel ends its producer too, in both kinds of task', () =>
    run(async () => {
      const reading = collect(loop().iterate(streams.slowly));
      const inTask = waitFor(reading, 100);
      await expect(inTask).rejects.toThrow();
      const stream = loop().iterate(streams.slowly);
      const task = (function* () {
        for (;;) yield* stream.next();
      })();
      await expect(waitFor(task, 100)).rejects.toThrow();
      const seen: string[] = [];
      while (seen.filter((each) => each === 'slowly: cleaned up').length < 1) {
        seen.push(...(await journal()));
        await sleep(1);
      }
    }));

  test('by a signal ends with its reason, whether somebody waits or not', async () => {
    const waiting = new AbortController();
    const stream = loop().with({ signal: waiting.signal }).iterate(streams.slowly);
    const reading = collect(stream);
    await sleepForReal(20);
    waiting.abort(new RangeError('enough'));
    await expect(reading).rejects.toMatchObject({ message: 'enough', code: 'ERR_CANCELLED' });
    const idle = new AbortController();
    const other = loop().with({ signal: idle.signal }).iterate(streams.numbers, 1_000_000);
    await other.next();
    idle.abort(new RangeError('too much'));
    await expect(other.next()).rejects.toThrow('too much');
    expect(await other.next()).toEqual({ done: true, value: undefined });
    const seen: string[] = [];
    while (!seen.includes('numbers: finally')) seen.push(...(await journal()));
  });

  test('by being forgotten ends its producer', async () => {
    const forget = async (): Promise<void> => {
      await loop().iterate(streams.numbers, 1_000_000).next();
    };
    await forget();
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const seen: string[] = [];
    while (!seen.includes('numbers: finally')) {
      collectGarbage();
      seen.push(...(await journal()));
    }
  });

  test('leaves nothing behind', async () => {
    const peer = getDirectory().peer('loop-1');
    async function* source(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    await loop().runCoroutineThreadsafe(streams.sum, source());
    await loop().runCoroutineThreadsafe(streams.firstOf, source());
    await eventually(() => peer?.loanCount === 0);
  });
});

describe('an iterable as an argument', () => {
  test('is read there as it is made here', async () => {
    async function* source(): AsyncGenerator<number> {
      for (let n = 1; n <= 100; n += 1) yield n;
    }
    expect(await loop().runCoroutineThreadsafe(streams.sum, source())).toBe(5_050);
    const generator = (function* () {
      for (let n = 1; n <= 100; n += 1) yield n;
    })();
    expect(await loop().runCoroutineThreadsafe(streams.sum, generator as never)).toBe(5_050);
    expect(await loop().runCoroutineThreadsafe(streams.sum, ReadableStream.from([1, 2]))).toBe(3);
    const inCoroutine = loop().runCoroutineThreadsafe(streams.sumInCoroutine, source() as never);
    expect(await inCoroutine).toBe(5_050);
  });

  test('throws there what it throws here', async () => {
    async function* source(): AsyncGenerator<number> {
      yield 1;
      throw new RangeError('dry');
    }
    const call = loop().runCoroutineThreadsafe(streams.sum, source());
    await expect(call).rejects.toBeInstanceOf(RangeError);
  });

  test('ends here when it is left there', async () => {
    let isEnded = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let n = 1; ; n += 1) yield n;
      } finally {
        isEnded = true;
      }
    }
    expect(await loop().runCoroutineThreadsafe(streams.firstOf, source())).toBe(1);
    expect(isEnded).toBe(true);
  });

  test('stays as it is where structured clone takes it', async () => {
    expect(await loop().runCoroutineThreadsafe(streams.sum, [1, 2] as never)).toBe(3);
    expect(await loop().runCoroutineThreadsafe(streams.sum, new Set([1, 2]) as never)).toBe(3);
  });

  test('that stands inside another value is refused, with a hint', async () => {
    const inside = { items: (async function* () {})() };
    const call = loop().runCoroutineThreadsafe(streams.ignore, inside as never);
    await expect(call).rejects.toThrow(/at \.items\) is not cloneable\. Make it an argument/);
  });

  test('can be a stream itself: a pipeline', async () => {
    const [first, second] = threads.coordinator.loops as readonly [RemoteLoop, RemoteLoop];
    const doubled = second.iterate(streams.doubled, first.iterate(streams.numbers, 3_000));
    const items = await collect(doubled);
    expect(items).toHaveLength(3_000);
    expect(items.at(-1)).toBe(6_000);
    expect(await first.runCoroutineThreadsafe(streams.sumFrom, 'loop-2', 100)).toBe(5_050);
    await journal();
  });
});

describe('the death of a thread', () => {
  test('ends what is read from it', async () => {
    const coordinator = await startLoops({ loops: 1, name: 'mortal' });
    const stream = coordinator.loop('mortal-1').iterate(streams.dies);
    const reading = collect(stream);
    await expect(reading).rejects.toBeInstanceOf(LoopDiedError);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('ends what it was reading', async () => {
    const coordinator = await startLoops({ loops: 1, name: 'reader' });
    let isEnded = false;
    let made = 0;
    async function* source(): AsyncGenerator<number> {
      try {
        for (;;) {
          yield (made += 1);
          await sleep(0);
        }
      } finally {
        isEnded = true;
      }
    }
    const call = coordinator.loop('reader-1').runCoroutineThreadsafe(streams.sum, source());
    await eventually(() => made > 3);
    await coordinator.shutdown({ mode: 'terminate' });
    expect(await call.catch((error: unknown) => isCancelled(error) || error)).toBeTruthy();
    await eventually(() => isEnded);
  });
});

async function sleepForReal(delayMs: number): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, delayMs));
}
