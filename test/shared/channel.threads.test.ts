// What else threads share, between real threads: a channel under load, and the deaths.

import { BrokenBarrierError, Channel, run, SharedBarrier, SharedSemaphore } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { ParticipantThread, ways } from './participant-threads.js';

const limitMs = 120_000;

describe('a channel between threads', () => {
  test('brings each value once, in order for each sender', { timeout: limitMs }, async () => {
    const channel = new Channel({ capacity: 64 });
    const { handle } = channel;
    // Until all of them have begun.
    channel.attach('sender');
    const count = 10_000;
    const receivers = ways.map((way) => new ParticipantThread({ role: 'receiver', handle, way }));
    const senders = ways.map((way, index) => {
      return new ParticipantThread({ role: 'sender', handle, way, index, count });
    });
    await Promise.all(senders.map((thread) => thread.succeeded()));
    channel.detach('sender');
    const received = await Promise.all(receivers.map((thread) => thread.said()));
    const sum = (received as number[]).reduce((total, each) => total + each);
    expect(sum).toBe(count * ways.length);
    await Promise.all(receivers.map((thread) => thread.succeeded()));
  });

  test('keeps nothing of the values that have passed', { timeout: limitMs }, async () => {
    const channel = new Channel({ capacity: 4_096 });
    const part = { handle: channel.handle, index: 0, count: 200_000 };
    const receiver = new ParticipantThread({ ...part, role: 'receivingHeap' });
    const sender = new ParticipantThread({ ...part, role: 'sendingHeap' });
    // Five bytes of each value: less than a pointer.
    const bound = 1_000_000;
    expect(await receiver.said()).toBeLessThan(bound);
    expect(await sender.said()).toBeLessThan(bound);
    expect(channel.stats()).toMatchObject({ itemCount: 0, byteCount: 0 });
  });
});

describe('a thread that dies', () => {
  test('gives its permits back', async () => {
    const semaphore = new SharedSemaphore(2);
    const { handle } = semaphore;
    const thread = new ParticipantThread({ role: 'permits', handle, kind: 'process.exit()' });
    await thread.said();
    await run(async () => {
      await semaphore.acquire();
      await semaphore.acquire();
    });
    expect(semaphore.stats()).toEqual({ value: 0, permitCount: 2, waiterCount: 0 });
  });

  test('breaks the barrier at which it waited', async () => {
    const barrier = new SharedBarrier(3);
    const { handle } = barrier;
    const thread = new ParticipantThread({ role: 'party', handle, kind: 'process.exit()' });
    await run(async () => {
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError);
    });
    await thread.ended;
  });
});
