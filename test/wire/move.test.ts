// What is moved instead of copied, without threads.

import { MessageChannel } from 'node:worker_threads';
import { move } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { encodeValues } from '#src/wire/value-encoder.js';
import { carry, carryOne } from './carry.js';
import { connect, settle, tally } from './connected-links.js';
import { Money } from './fixtures/classes.js';

const listOf = (values: readonly unknown[]): readonly unknown[] =>
  encodeValues(values, { attachments: null, role: 'argument', describe: () => '' }).transferList;

describe('move', () => {
  test('gives back the value itself, whatever it is', () => {
    const buffer = new ArrayBuffer(8);
    expect(move(buffer)).toBe(buffer);
    expect(move(3)).toBe(3);
    expect(move(null)).toBeNull();
  });

  test('takes the memory of a buffer along, and leaves none behind', () => {
    const buffer = new ArrayBuffer(8);
    expect(carryOne(move(buffer)).byteLength).toBe(8);
    expect(buffer.byteLength).toBe(0);
  });

  test('takes the buffer under a typed array', () => {
    const sent = new Float64Array([1, 2, 3]);
    expect(carryOne({ sent: move(sent) }).sent).toEqual(new Float64Array([1, 2, 3]));
    expect(sent).toHaveLength(0);
  });

  test('finds all that can be moved inside a value', () => {
    const { port1, port2 } = new MessageChannel();
    const [a, b, c] = [new ArrayBuffer(1), new Uint8Array(2), new ArrayBuffer(3)];
    const stream = new ReadableStream();
    const value = { a, list: [b, new Map([[c, port1]])], set: new Set([stream]), text: 'x' };
    expect(new Set(listOf([move(value)]))).toEqual(new Set([a, b.buffer, c, port1, stream]));
    port1.close();
    port2.close();
  });

  test('leaves the rest of a message to be copied', () => {
    const [moved, copied] = [new ArrayBuffer(1), new ArrayBuffer(2)];
    carry([{ moved: move(moved), copied }]);
    expect(moved.byteLength).toBe(0);
    expect(copied.byteLength).toBe(2);
  });

  test('holds for one message', () => {
    const list = move([new ArrayBuffer(1)]);
    expect(listOf([list])).toHaveLength(1);
    expect(listOf([list])).toHaveLength(0);
  });

  test('shares what is shared, and copies what Node keeps for itself', () => {
    const shared = new SharedArrayBuffer(8);
    const pooled = Buffer.from('pooled');
    const arrived = carryOne(move({ shared, view: new Int32Array(shared), pooled }));
    new Int32Array(arrived.shared)[0] = 7;
    expect(new Int32Array(shared)[0]).toBe(7);
    expect(Buffer.from(arrived.pooled).toString()).toBe('pooled');
    expect(pooled.toString()).toBe('pooled');
  });

  test('works beside and inside registered instances', () => {
    const buffer = new ArrayBuffer(4);
    const [arrived] = carry([move({ money: new Money(1), buffer })]) as [
      { money: Money; buffer: ArrayBuffer },
    ];
    expect(arrived.money.cents).toBe(1);
    expect(arrived.buffer.byteLength).toBe(4);
    expect(buffer.byteLength).toBe(0);
  });
});

describe('a call that moves something', () => {
  test('leaves at once, alone, in its turn', async () => {
    const [near, far] = connect();
    const buffer = new ArrayBuffer(8);
    near.call(1, tally, [buffer]);
    near.call(2, tally, [move(buffer)]);
    expect(buffer.byteLength).toBe(0);
    expect(near.sent).toHaveLength(2);
    near.post(3, tally, ['c']);
    await settle();
    expect(far.heard.events).toEqual(['call 1 tally({})', 'call 2 tally({})', 'post 3 tally("c")']);
  });

  test('fails alone when it moves what was moved before, and says so', async () => {
    const [near, far] = connect();
    const buffer = new ArrayBuffer(8);
    near.call(1, tally, [move(buffer)]);
    near.call(2, tally, ['x', { buffer: move(buffer) }]);
    near.call(3, tally, [buffer]);
    near.call(4, tally, []);
    await settle();
    expect(far.heard.events).toEqual(['call 1 tally({})', 'call 4 tally()']);
    expect(near.heard.events.toSorted()).toEqual(['unsendable 2', 'unsendable 3']);
    const [second] = near.heard.errors as [Error];
    expect(second.message).toMatch(/^argument 2 of tally\(\) cannot be copied .*at \.buffer/);
    expect(second.message).toMatch(/it was moved to another thread$/);
  });

  test('fails alone when it moves what cannot be moved', async () => {
    const [near, far] = connect();
    near.call(1, tally, [move(new Date())]);
    near.call(2, tally, []);
    await settle();
    expect(far.heard.events).toEqual(['call 2 tally()']);
    const [error] = near.heard.errors as [Error];
    expect(error.message).toMatch(
      /^a value moved with tally\(\) cannot be moved to another thread: /,
    );
  });

  test('names what else is wrong with it, and leaves what it was to move', async () => {
    const [near] = connect();
    const buffer = new ArrayBuffer(8);
    near.call(1, tally, [move(buffer), { fn: () => {} }]);
    await settle();
    const [error] = near.heard.errors as [Error];
    expect(error.message).toMatch(/^argument 2 of tally\(\) .* the function fn \(at \.fn\)/);
    expect(buffer.byteLength).toBe(8);
  });

  test('takes what a transfer list names', async () => {
    const [near, far] = connect();
    const buffer = new ArrayBuffer(8);
    near.call(1, tally, [{ buffer }], [buffer]);
    await settle();
    expect(buffer.byteLength).toBe(0);
    expect(far.heard.events).toEqual(['call 1 tally({"buffer":{}})']);
  });

  test('may move a port, without which the port is refused with a hint', async () => {
    const [near, far] = connect();
    const { port1, port2 } = new MessageChannel();
    near.call(1, tally, [{ port1 }]);
    await settle();
    const [error] = near.heard.errors as [Error];
    expect(error.message).toMatch(/at \.port1\) is not cloneable\. Hand it over with move\(\)$/);
    near.call(2, tally, [{ port: move(port1) }]);
    await settle();
    expect(far.heard.events).toHaveLength(1);
    port2.close();
  });
});

describe('a result that moves something', () => {
  test('takes it along', async () => {
    const [near, far] = connect();
    const buffer = new ArrayBuffer(8);
    near.link.answerResult(1, { buffer: move(buffer) });
    expect(buffer.byteLength).toBe(0);
    await settle();
    expect(far.heard.events).toEqual(['result 1 {"buffer":{}}']);
  });
});
