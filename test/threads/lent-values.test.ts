// What is lent to another thread, while a loop blocks and while nothing happens; and its types.

import {
  BlockingEventLoop,
  type Callback,
  callback,
  type ConcurrentFuture,
  type ItemOf,
  move,
  remoteModule,
  type RemoteStream,
} from 'threadloop';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { shareLoops } from './loops.js';
import { packageUrl, runModule, writeModules } from './module-folder.js';

const streams = remoteModule<typeof import('./fixtures/streams.js')>(
  new URL('./fixtures/streams.ts', import.meta.url),
);
const callbacks = remoteModule<typeof import('./fixtures/callbacks.js')>(
  new URL('./fixtures/callbacks.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');

test('a blocking loop reads streams, gives streams, and runs callbacks', () => {
  const blocking = new BlockingEventLoop();
  const work = (function* () {
    const all: number[] = [];
    const stream = loop().iterate(streams.numbers, 3_000);
    for (let step = yield* stream.next(); step.done !== true; step = yield* stream.next()) {
      all.push(step.value);
    }
    using echo = callback((text: string) => `${text}!`);
    const answer = yield* loop().runCoroutineThreadsafe(callbacks.ask, echo);
    const given = (function* () {
      for (let n = 1; n <= 2_000; n += 1) yield n;
    })();
    const sum = yield* loop().runCoroutineThreadsafe(streams.sum, given as never);
    const left = loop().iterate(streams.numbers, 3_000);
    yield* left.next();
    yield* left.return();
    return { count: all.length, answer, sum };
  })();
  const outcome = blocking.runUntilComplete(work);
  expect(outcome).toEqual({ count: 3_000, answer: 'first!, second!', sum: 2_001_000 });
  blocking.close();
});

test('a process does not stay for what is lent and not used', async () => {
  const folder = writeModules({
    'tasks.js': `let kept;
      export function keep(report) { kept = report; }
      export function* count() { for (let n = 1; ; n += 1) yield n; }`,
    'main.js': `import { callback, Coordinator, remoteModule } from '${packageUrl}';
      const tasks = remoteModule(new URL('./tasks.js', import.meta.url));
      const coordinator = await Coordinator.start({ loops: 1 });
      const loop = coordinator.loop('loop-1');
      await loop.runCoroutineThreadsafe(tasks.keep, callback(() => 1));
      const stream = loop.iterate(tasks.count);
      console.log((await stream.next()).value);`,
  });
  expect(await runModule(folder, 'main.js')).toEqual({ stdout: '1\n', stderr: '', code: 0 });
});

describe('the types', () => {
  test('of a callback are those of its function, waited for', () => {
    const report = callback(async (n: number) => String(n));
    expectTypeOf(report).toEqualTypeOf<Callback<(n: number) => Promise<string>>>();
    expectTypeOf(report).parameters.toEqualTypeOf<[n: number]>();
    expectTypeOf(report).returns.toEqualTypeOf<ConcurrentFuture<string>>();
    report.release();
  });

  test('of a stream are those of its items, without what the producer waits for', () => {
    const read = () => loop().iterate(streams.numbers, 1);
    expectTypeOf(read).returns.toEqualTypeOf<RemoteStream<number>>();
    expectTypeOf<ItemOf<typeof waiting>>().toEqualTypeOf<string>();
    expectTypeOf<ItemOf<() => Promise<string[]>>>().toEqualTypeOf<string>();
    expectTypeOf<ItemOf<() => AsyncGenerator<Date>>>().toEqualTypeOf<Date>();
    expectTypeOf<ItemOf<() => number>>().toEqualTypeOf<never>();
  });

  test('of a moved value is its own', () => {
    expectTypeOf(move(new Uint8Array(1))).toEqualTypeOf(new Uint8Array(1));
    expect(move('text')).toBe('text');
  });
});

declare function waiting(): Generator<{ threadloopAwaited: boolean } | null | string>;
