// Items that somebody pushes, read at the reader's pace.

import { isCancelled, type PushStreamOptions, QueueFullError, run, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { PushStream, type Sink } from '#src/tasks/push-stream.js';

interface Source {
  readonly stream: PushStream<number>;
  readonly sink: () => Sink<number>;
  readonly isHeard: () => boolean;
}

function source(options: PushStreamOptions = {}): Source {
  let sink: Sink<number> | null = null;
  let isHeard = false;
  const stream = new PushStream<number>((given) => {
    sink = given;
    isHeard = true;
    return () => {
      isHeard = false;
    };
  }, options);
  return { stream, sink: () => sink as unknown as Sink<number>, isHeard: () => isHeard };
}

async function readAll(stream: AsyncIterable<number>, read: number[] = []): Promise<number[]> {
  for await (const item of stream) read.push(item);
  return read;
}

describe('a stream of pushed items', () => {
  test('listens from the first item that is asked for, until its end', () =>
    run(async () => {
      const { stream, sink, isHeard } = source();
      expect(isHeard()).toBe(false);
      const all = readAll(stream);
      await sleep(0);
      expect(isHeard()).toBe(true);
      for (const item of [1, 2, 3]) sink().push(item);
      sink().end();
      expect(isHeard()).toBe(false);
      expect(await all).toEqual([1, 2, 3]);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    }));

  test('tells its error behind the items before it, once', () =>
    run(async () => {
      const { stream, sink } = source();
      stream.open();
      sink().push(1);
      sink().fail(new RangeError('over'));
      sink().push(2);
      const read: number[] = [];
      await expect(readAll(stream, read)).rejects.toThrow('over');
      expect(read).toEqual([1]);
      expect(await readAll(stream)).toEqual([]);
    }));

  test.for([
    ['fail', [1, 2]],
    ['drop-oldest', [3, 4]],
    ['drop-newest', [1, 2]],
  ] as const)('that is full does what was chosen: %s', ([whenFull, kept]) =>
    run(async () => {
      const { stream, sink, isHeard } = source({ maxBufferedCount: 2, whenFull });
      stream.open();
      for (const item of [1, 2, 3, 4]) sink().push(item);
      expect(isHeard()).toBe(whenFull !== 'fail');
      sink().end();
      const read: number[] = [];
      const end = await readAll(stream, read).catch((error: unknown) => error);
      expect(end instanceof QueueFullError).toBe(whenFull === 'fail');
      expect(read).toEqual(kept);
    }),
  );

  test('can be read in a coroutine, by several waits at once', () =>
    run(
      (function* () {
        const { stream, sink } = source();
        const [first, second] = [stream.next(), stream.next()];
        sink().push(1);
        sink().push(2);
        expect(yield* second).toEqual({ done: false, value: 2 });
        expect(yield* first).toEqual({ done: false, value: 1 });
      })(),
    ));

  test('is left by break, and by a cancel while waiting', () =>
    run(async () => {
      const left = source();
      left.stream.open();
      left.sink().push(1);
      for await (const _item of left.stream) break;
      expect(left.isHeard()).toBe(false);

      const cut = source();
      const waiting = cut.stream.next();
      expect(cut.isHeard()).toBe(true);
      waiting.cancel('enough');
      await expect(waiting).rejects.toSatisfy(isCancelled);
      expect(cut.isHeard()).toBe(false);
      cut.sink().push(1);
      expect(await readAll(cut.stream)).toEqual([]);
    }));

  test('ends the waits that there are when it is disposed of', () =>
    run(async () => {
      const { stream } = source();
      const waiting = stream.next();
      await stream[Symbol.asyncDispose]();
      expect(await waiting).toEqual({ done: true, value: undefined });
    }));

  test('names the option that is out of range', () => {
    expect(() => source({ maxBufferedCount: 0 })).toThrow(
      "option 'maxBufferedCount' has to be a number, 1 or more, got 0",
    );
    expect(() => source({ whenFull: 'wait' as never })).toThrow(
      "option 'whenFull' has to be 'fail', 'drop-oldest', 'drop-newest', got 'wait'",
    );
  });
});
