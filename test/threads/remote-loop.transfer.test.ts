// What a call moves instead of copying it: gone here, whole there.

import { NotCloneableError, remoteModule, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { shareLoops } from './loops.js';

const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const toil = remoteModule<typeof import('./fixtures/toil.js')>(
  new URL('./fixtures/toil.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const theLoop = (): RemoteLoop => threads.coordinator.loop('loop-1');

/** A megabyte with a mark at its end. */
function makeBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 << 20);
  bytes[bytes.length - 1] = 42;
  return bytes;
}

describe('a buffer in the transferList', () => {
  test('is detached here and intact there, for calls and posts', async () => {
    const [called, posted] = [makeBytes(), makeBytes()];
    const loop = theLoop();
    loop.with({ transferList: [posted.buffer] }).callSoonThreadsafe(functions.echo, posted);
    const answer = loop
      .with({ transferList: [called.buffer] })
      .runCoroutineThreadsafe(functions.echo, called);
    expect([called.byteLength, posted.byteLength]).toEqual([0, 0]);
    const back = (await answer) as Uint8Array;
    expect([back.byteLength, back.at(-1)]).toEqual([1 << 20, 42]);
  });

  test('changes nothing in the order of calls', async () => {
    const loop = theLoop();
    const started: number[] = [];
    const calls = Array.from({ length: 20 }, (_, index) => {
      const bytes = makeBytes();
      const options = index % 3 === 0 ? { transferList: [bytes.buffer] } : {};
      const call = loop.with(options).runCoroutineThreadsafe(toil.lengthOf, bytes);
      call.addDoneCallback(() => started.push(index));
      return call;
    });
    for (const length of await Promise.all(calls)) expect(length).toBe(1 << 20);
    expect(started).toEqual(calls.map((_, index) => index));
  });

  test('is not sent again by retries, for it is not here any more', async () => {
    const bytes = makeBytes();
    const call = theLoop()
      .with({ transferList: [bytes.buffer], retries: 3 })
      .runCoroutineThreadsafe(toil.dieWith, bytes);
    await expect(call).rejects.toMatchObject({ name: 'LoopDiedError', exitCode: 9 });
    expect(await theLoop().runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });
});

describe('a transferList that is wrong', () => {
  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });

  test.for([
    ['what is no transferable', [{}]],
    ['a buffer that was moved already', [detached.buffer]],
  ] as const)('fails that call alone: %s', async ([, transferList]) => {
    const loop = theLoop();
    const before = loop.runCoroutineThreadsafe(functions.echo, 'before');
    const bad = loop
      .with({ transferList: transferList as never })
      .runCoroutineThreadsafe(functions.echo, 'bad');
    const after = loop.runCoroutineThreadsafe(functions.echo, 'after');
    await expect(bad).rejects.toBeInstanceOf(NotCloneableError);
    expect(await Promise.all([before, after])).toEqual(['before', 'after']);
    expect(threads.coordinator.stats().pendingCount).toBe(0);
  });
});
