// Generators of other threads as streams of Effect, and the other way round.

import { Cause, Effect, Exit, Fiber, Stream } from 'effect';
import { LoopDiedError, remoteModule } from 'threadloop';
import { CallError, callOn, iterateOn } from 'threadloop/effect';
import { describe, expect, test } from 'vitest';
import { shareLoops } from '../../threads/loops.js';
import { OverdrawnError } from '../../wire/fixtures/classes.js';

const streams = remoteModule<typeof import('../../threads/fixtures/streams.js')>(
  new URL('../../threads/fixtures/streams.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');
const readJournal = () => loop().runCoroutineThreadsafe(streams.readJournal);

/** The items, and the error behind them. */
async function collect(stream: Stream.Stream<unknown, unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  const all = Stream.runForEach(stream, (item) => Effect.sync(() => items.push(item)));
  const exit = await Effect.runPromiseExit(all);
  if (Exit.isFailure(exit)) items.push(Cause.squash(exit.cause));
  return items;
}

describe('iterateOn()', () => {
  test('runs the generator whenever the stream runs', async () => {
    const numbers = iterateOn(loop(), streams.numbers, 3);
    expect(await collect(numbers)).toEqual([1, 2, 3]);
    expect(await collect(Stream.map(numbers, (n) => n * 2))).toEqual([2, 4, 6]);
    await readJournal();
  });

  test('ends the producer early, and waits for its finally blocks', async () => {
    expect(await collect(iterateOn(loop(), streams.numbers, 1e9).pipe(Stream.take(2)))).toEqual([
      1, 2,
    ]);
    expect(await readJournal()).toEqual(['numbers: finally']);
  });

  test('keeps a producer back whose reader is slow', async () => {
    const slow = iterateOn(loop(), streams.numbers, 1e9).pipe(
      Stream.mapEffect((n) => Effect.as(Effect.sleep('5 millis'), n)),
      Stream.take(5),
    );
    expect(await collect(slow)).toEqual([1, 2, 3, 4, 5]);
    expect(await loop().runCoroutineThreadsafe(streams.countMade)).toBeLessThan(5_000);
    await readJournal();
  });

  test('is interrupted while it waits for an item', async () => {
    const seen: number[] = [];
    const reading = iterateOn(loop(), streams.ticks, 9).pipe(
      Stream.runForEach((n) => Effect.sync(() => void seen.push(n))),
    );
    const fiber = Effect.runFork(reading);
    while (seen.length < 3) await new Promise((resolve) => void setTimeout(resolve, 1));
    await Effect.runPromise(Fiber.interrupt(fiber));
    expect(seen).toEqual([1, 2, 3]);
    expect(await readJournal()).toContain('ticks: finally');
  });

  test('fails with a CallError behind the items before it', async () => {
    const items = await collect(iterateOn(loop(), streams.failsAfter, 2));
    expect(items).toEqual([1, 2, expect.any(CallError)]);
    expect(items[2]).toMatchObject({ cause: expect.any(OverdrawnError) });
    const dead = (await collect(iterateOn(loop(), streams.dies))).at(-1);
    expect(dead).toMatchObject({ code: 'ERR_LOOP_DIED', cause: expect.any(LoopDiedError) });
  });

  test('dies of what is no remote function', async () => {
    const [error] = await collect(iterateOn(loop(), {} as never));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

test('a stream is an argument of a call as an async iterable', async () => {
  const numbers = Stream.toAsyncIterable(Stream.range(1, 100));
  expect(await Effect.runPromise(callOn(loop(), streams.sum, numbers))).toBe(5_050);
});
