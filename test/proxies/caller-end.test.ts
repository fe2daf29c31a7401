// The caller's end when its port behaves badly: whatever was asked is answered, one way or another.
// Both ends live in this thread; the far one is written by hand.

import { type ConcurrentFuture, getLoop, run } from 'threadloop';
import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallerEnd } from '#src/proxies/caller-end.js';
import { comlink } from '#src/proxies/comlink.js';
import { createFace } from '#src/proxies/face.js';
import type { Request } from '#src/proxies/messages.js';
import { Wiring } from '#src/proxies/wiring.js';
import type { Exchange } from '#src/threads/exchange.js';
import { LinkedPorts } from '#src/threads/linked-ports.js';
import type { PortListener } from '#src/wire/port.js';
import { nodeTurn } from '../loop/fixtures.js';

interface Remote {
  (word: string): PromiseLike<string>;
  readonly value: PromiseLike<number>;
}

let far: MemoryPort;
let near: MemoryPort;
let nearListener: PortListener;
let asked: Request[];
let proxies: LinkedPorts;
let remote: Remote;
let replaceThread: ReturnType<typeof vi.fn>;

beforeEach(() => {
  [near, far] = createPortPair();
  asked = [];
  far.listen({
    onBatch: (message) => asked.push(message as unknown as Request),
    onUnreadable: () => {},
    onClose: () => {},
  });
  const listen = vi.spyOn(near, 'listen');
  proxies = new LinkedPorts();
  replaceThread = vi.fn();
  const exchange = { farName: 'far', proxies, replaceThread } as unknown as Exchange;
  const wiring = new Wiring(exchange);
  const end = new CallerEnd(near, { label: 'owner', graceMs: 20, wiring });
  nearListener = listen.mock.calls[0]?.[0] as PortListener;
  remote = createFace(end, comlink().wrap(end)) as unknown as Remote;
});

afterEach(() => {
  vi.useRealTimers();
});

async function answer(index: number, value: unknown): Promise<void> {
  await expect.poll(() => asked.length).toBeGreaterThan(index);
  far.post({ id: asked[index]?.id, type: 'RAW', value } as never);
}

const outcome = async (call: PromiseLike<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => error,
  );

describe('a caller', () => {
  test.for([true, false])('has a cancelled call end in its grace: %s', async (isInTime) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const call = remote('stay') as ConcurrentFuture<string>;
    call.cancel();
    await expect(call).rejects.toThrow();
    vi.advanceTimersByTime(19);
    if (isInTime) {
      far.post({ id: asked[0]?.id, type: 'RAW', value: 'gone' } as never);
      await Promise.all([...proxies.callers].map((caller) => caller.answered()));
    }
    expect(replaceThread).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    await nodeTurn();
    const reason = 'owner() went on for 20 ms after it was cancelled';
    expect(replaceThread.mock.calls).toEqual(isInTime ? [] : [[reason]]);
  });

  test('gets its answers, in whatever order they come', async () => {
    const calls = [remote('a'), remote('b')].map(outcome);
    await answer(1, 'B');
    await answer(0, 'A');
    expect(await Promise.all(calls)).toEqual(['A', 'B']);
  });

  test('keeps the process while an answer is due, and no longer', async () => {
    expect(near.isReferenced).toBe(false);
    const call = outcome(remote('a'));
    expect(near.isReferenced).toBe(true);
    await answer(0, 'A');
    await call;
    expect(near.isReferenced).toBe(false);
  });

  test('is told when an answer could not be read, and may ask again', async () => {
    const calls = [remote('a'), remote('b')].map(outcome);
    nearListener.onUnreadable(new Error('garbled'));
    for (const call of calls) {
      expect(await call).toMatchObject({
        code: 'ERR_THREADLOOP',
        message: 'An answer of owner could not be read: Error: garbled',
      });
    }
    const next = outcome(remote('c'));
    await answer(2, 'C');
    expect(await next).toBe('C');
  });

  test('waits a second for the reason when the port closes, and then for nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const call = outcome(remote('a'));
    nearListener.onClose();
    expect(await outcome(remote('b'))).toMatchObject({ code: 'ERR_LOOP_DIED' });
    vi.advanceTimersByTime(1_000);
    expect(await call).toMatchObject({ loop: 'far', reason: 'its port was closed' });
    expect(proxies.callers.size).toBe(0);
  });

  test('takes the answers that came before the death', async () => {
    const [first, second] = [outcome(remote('a')), outcome(remote('b'))];
    await expect.poll(() => asked.length).toBe(2);
    far.post({ id: asked[0]?.id, type: 'RAW', value: 'A' } as never);
    proxies.fail(new RangeError('it died'));
    expect(await first).toBe('A');
    expect(await second).toEqual(new RangeError('it died'));
  });

  test('does not mind answers to what it never asked', async () => {
    far.post({ id: 'unknown', type: 'RAW', value: 1 } as never);
    const call = outcome(remote.value);
    await answer(0, 4);
    expect(await call).toBe(4);
    expect(asked[0]).toMatchObject({ type: 'GET', path: ['value'] });
  });

  test('asks for a property when it is waited for, not when it is looked at', async () => {
    const { value } = remote;
    expect(typeof value.then).toBe('function');
    await nodeTurn();
    expect(asked).toEqual([]);
    const [first, second] = [outcome(value), outcome(value)];
    await answer(0, 1);
    await answer(1, 2);
    expect([await first, await second]).toEqual([1, 2]);
  });

  test('tells who waits for all answers', async () => {
    await proxies.answered();
    const call = outcome(remote('a'));
    const all = vi.fn();
    const answered = proxies.answered().then(all);
    await answer(0, 'A');
    await call;
    await answered;
    expect(all).toHaveBeenCalledOnce();
  });
});

test('a thread without a running loop refuses to serve', async () => {
  const { expose } = await import('threadloop');
  using _exposure = expose('four', () => 4);
  using four = getLoop('main').proxy<() => number>('four');
  await expect(four()).rejects.toMatchObject({ code: 'ERR_NO_RUNNING_LOOP' });
  expect(await run(async () => four())).toBe(4);
});
