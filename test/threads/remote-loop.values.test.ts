// Registered classes and moved values, between real threads.

import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { move, registerClass, remoteModule, UnregisteredClassError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { Money, Order, OverdrawnError } from '../wire/fixtures/classes.js';
import { shareLoops } from './loops.js';

const values = remoteModule<typeof import('./fixtures/values.js')>(
  new URL('./fixtures/values.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');

describe('an instance of a registered class', () => {
  test('comes as its class, also to a module that was not loaded yet, and goes back', async () => {
    const sum = await loop().runCoroutineThreadsafe(values.addUp, [new Money(1), new Money(2)]);
    expect(sum).toBeInstanceOf(Money);
    expect(sum.cents).toBe(3);
    const lines = new Map([['tea', new Money(250)]]);
    const { placed } = await loop().runCoroutineThreadsafe(values.order, lines);
    expect(placed[0]).toBeInstanceOf(Order);
    expect(placed[0]?.total).toBe(250);
  });

  test('comes with callbacks too', async () => {
    loop().callSoonThreadsafe(values.note, new Money(7));
    expect(await loop().runCoroutineThreadsafe(values.notedCents)).toBe(7);
  });

  test('is a property of an error that is thrown', async () => {
    const error = await loop()
      .runCoroutineThreadsafe(values.overdraw)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OverdrawnError);
    expect((error as OverdrawnError).by).toBeInstanceOf(Money);
    expect((error as OverdrawnError).by.cents).toBe(3);
  });
});

describe('an instance of a class that one side alone knows', () => {
  test('fails its call and no other', async () => {
    class Unknown {}
    registerClass(Unknown, { encode: () => null, decode: () => new Unknown() });
    const before = loop().runCoroutineThreadsafe(values.isMoney, new Money(1));
    const bad = loop().runCoroutineThreadsafe(values.isMoney, new Unknown());
    const after = loop().runCoroutineThreadsafe(values.isMoney, 1);
    expect(await before).toBe(true);
    expect(await after).toBe(false);
    await expect(bad).rejects.toBeInstanceOf(UnregisteredClassError);
    await expect(bad).rejects.toThrow(
      "No class is registered as 'Unknown' in this thread: call registerClass() in a module",
    );
  });

  test('fails the call whose result it is', async () => {
    const call = loop().runCoroutineThreadsafe(values.stranger);
    await expect(call).rejects.toThrow("No class is registered as 'only.Known' in this thread");
    expect(await loop().runCoroutineThreadsafe(values.isMoney, 1)).toBe(false);
  });
});

describe('a moved value', () => {
  test('goes there and comes back without being copied', async () => {
    const bytes = new Uint8Array(1_000);
    const call = loop().runCoroutineThreadsafe(values.fill, move(bytes), 7);
    expect(bytes).toHaveLength(0);
    const filled = await call;
    expect(filled).toHaveLength(1_000);
    expect(filled.every((byte) => byte === 7)).toBe(true);
  });

  test('is anything inside a result', async () => {
    const { buffers } = await loop().runCoroutineThreadsafe(values.makeBuffers, 3);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([8, 8, 8]);
  });

  test('may be a port, on which the other thread then speaks', async () => {
    const { port1, port2 } = new MessageChannel();
    const heard = once(port1, 'message');
    loop().callSoonThreadsafe(values.answerOn, move(port2), 'hello');
    expect(await heard).toEqual(['hello']);
    await once(port1, 'close');
  });

  test('may be named in a transfer list instead', async () => {
    const bytes = new Uint8Array(8);
    const call = loop()
      .with({ transferList: [bytes.buffer] })
      .runCoroutineThreadsafe(values.fill, bytes, 5);
    expect(bytes).toHaveLength(0);
    expect(await call).toEqual(new Uint8Array(8).fill(5));
  });

  test('cannot be moved again', async () => {
    const bytes = move(new Uint8Array(8));
    const first = loop().runCoroutineThreadsafe(values.fill, bytes, 1);
    const second = loop().runCoroutineThreadsafe(values.fill, move(bytes), 2);
    const third = loop().runCoroutineThreadsafe(values.fill, bytes, 3);
    expect(await first).toHaveLength(8);
    await expect(second).rejects.toThrow('it was moved to another thread');
    await expect(third).rejects.toThrow('it was moved to another thread');
  });
});

describe('shared memory', () => {
  test('passes through, and stays shared', async () => {
    const memory = new SharedArrayBuffer(4);
    await loop().runCoroutineThreadsafe(values.setShared, memory, 9);
    expect(new Int32Array(memory)[0]).toBe(9);
  });
});
