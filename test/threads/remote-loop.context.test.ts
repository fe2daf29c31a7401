// Async context that travels with calls, between real threads.

import { AsyncLocalStorage } from 'node:async_hooks';
import { callback, carryContext, remoteModule, run } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { request, type Request } from './fixtures/contexts.js';
import { shareLoops, startLoops } from './loops.js';

const contexts = remoteModule<typeof import('./fixtures/contexts.js')>(
  new URL('./fixtures/contexts.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loop = () => threads.coordinator.loop('loop-1');
const a: Request = { id: 'a', at: new Date(7) };

describe('the context of a call', () => {
  test('is found by every kind of function, and by callbacks', async () => {
    await request.run(a, async () => {
      expect(await loop().runCoroutineThreadsafe(contexts.idHere)).toBe('a');
      expect(await loop().runCoroutineThreadsafe(contexts.idLater)).toBe('a');
      expect(await loop().runCoroutineThreadsafe(contexts.idInCoroutine)).toEqual(a);
      loop().callSoonThreadsafe(contexts.note);
    });
    expect(await loop().runCoroutineThreadsafe(contexts.noted)).toBe('a');
  });

  test('is that of each call, however many run at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `id-${index}`);
    const calls = ids.map((id) =>
      request.run({ ...a, id }, () => loop().runCoroutineThreadsafe(contexts.idLater)),
    );
    expect(await Promise.all(calls)).toEqual(ids);
    expect(await loop().runCoroutineThreadsafe(contexts.idLater)).toBeUndefined();
  });

  test('goes on from there to a third thread', async () => {
    const call = request.run(a, () => loop().runCoroutineThreadsafe(contexts.idAt, 'loop-2'));
    expect(await call).toBe('a');
  });

  test('comes along with streams, and with callbacks on their way back', async () => {
    const stream = request.run(a, () => loop().iterate(contexts.ids));
    const ids: unknown[] = [];
    for await (const id of stream) ids.push(id);
    expect(ids).toEqual(['a', 'a']);
    using report = callback(() => request.getStore()?.id);
    expect(await loop().runCoroutineThreadsafe(contexts.callWith, 'b', report)).toBe('b');
  });

  test('is nobody else’s: a link does not keep that of whoever opened it', async () => {
    const coordinator = await startLoops({ loops: 2, name: 'fresh' });
    const first = coordinator.loop('fresh-1');
    const call = first.runCoroutineThreadsafe(contexts.idOfCaller, 'fresh-2', 'fresh-1');
    expect(await call).toBeUndefined();
  });

  test('is the caller’s again behind await and yield*', async () => {
    await request.run(a, async () => {
      await loop().runCoroutineThreadsafe(contexts.idLater);
      expect(request.getStore()).toBe(a);
    });
    const coroutine = (function* () {
      yield* loop().runCoroutineThreadsafe(contexts.idLater);
      return request.getStore();
    })();
    expect(await request.run(a, async () => run(coroutine))).toBe(a);
  });
});

describe('a context that cannot travel', () => {
  test('fails its call alone, at either end', async () => {
    const bad = new AsyncLocalStorage<string>();
    carryContext('bad', bad, {
      encode: (text): unknown => {
        if (text === 'throws') throw new RangeError('no way');
        return text === 'function' ? () => {} : text;
      },
      decode: String,
    });
    const inBad = (text: string) =>
      bad.run(text, () => loop().runCoroutineThreadsafe(contexts.idHere));
    const [throwing, uncloneable, unknown] = [
      inBad('throws'),
      inBad('function'),
      inBad('known here'),
    ];
    await expect(throwing).rejects.toThrow('no way');
    await expect(uncloneable).rejects.toThrow(/^the context carried as 'bad' cannot be copied/);
    // The other side knows no context of that name.
    expect(await unknown).toBeUndefined();
    const undecodable = request.run({ ...a, id: 'undecodable' }, () =>
      loop().runCoroutineThreadsafe(contexts.idHere),
    );
    await expect(undecodable).rejects.toThrow('what an id');
  });

  test('is refused when it is registered', () => {
    const codec = { encode: String, decode: String };
    const storage = new AsyncLocalStorage<string>();
    expect(() => carryContext('', storage, codec)).toThrow('carryContext() expects a name');
    expect(() => carryContext('x', {} as never, codec)).toThrow('expects an AsyncLocalStorage');
    expect(() => carryContext('x', storage, {} as never)).toThrow('expects { encode, decode }');
  });
});
