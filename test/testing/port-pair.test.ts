import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { nodeTurn } from '../loop/fixtures.js';

function record(port: MemoryPort): unknown[] {
  const heard: unknown[] = [];
  port.listen({
    onBatch: (batch) => heard.push(batch),
    onUnreadable: (error) => heard.push(error),
    onClose: () => heard.push('closed'),
  });
  return heard;
}

describe('a pair of ports', () => {
  test('carries batches both ways, in order and later', async () => {
    const [left, right] = createPortPair();
    const [atLeft, atRight] = [record(left), record(right)];
    left.post([1, 'one']);
    left.post([2]);
    right.post([3]);
    expect([atLeft, atRight]).toEqual([[], []]);
    await nodeTurn();
    expect(atRight).toEqual([[1, 'one'], [2]]);
    expect(atLeft).toEqual([[3]]);
  });

  test('keeps what comes before anybody listens', async () => {
    const [left, right] = createPortPair();
    left.post([1]);
    left.post([2]);
    await nodeTurn();
    const heard = record(right);
    left.post([3]);
    await nodeTurn();
    expect(heard).toEqual([[1], [2], [3]]);
  });

  test('copies what it carries, as threads do', async () => {
    const [left, right] = createPortPair();
    const heard = record(right);
    const value = { count: 1, when: new Date(0) };
    left.post([value]);
    value.count = 2;
    await nodeTurn();
    expect(heard).toEqual([[{ count: 1, when: new Date(0) }]]);
  });

  test('refuses what cannot be copied, and carries on', async () => {
    const [left, right] = createPortPair();
    const heard = record(right);
    expect(() => left.post([() => {}])).toThrow(/could not be cloned/);
    left.post([1]);
    await nodeTurn();
    expect(heard).toEqual([[1]]);
  });

  test('lets a batch be taken before its event comes', async () => {
    const [left, right] = createPortPair();
    const heard = record(right);
    left.post([1]);
    left.post([2]);
    expect(right.take()).toEqual([1]);
    await nodeTurn();
    expect(heard).toEqual([[2]]);
    expect(right.take()).toBeUndefined();
  });

  test('tells both ends once when one hangs up, after what was sent', async () => {
    const [left, right] = createPortPair();
    const [atLeft, atRight] = [record(left), record(right)];
    left.post([1]);
    left.close();
    left.close();
    left.post([2]);
    await nodeTurn();
    right.close();
    right.post([3]);
    await nodeTurn();
    expect(atRight).toEqual([[1], 'closed']);
    expect(atLeft).toEqual(['closed']);
  });

  test('tells what it was asked about keeping its thread alive', () => {
    const [left] = createPortPair();
    expect(left.isReferenced).toBe(false);
    left.ref();
    expect(left.isReferenced).toBe(true);
    left.unref();
    expect(left.isReferenced).toBe(false);
  });
});
