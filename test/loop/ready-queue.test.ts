import fc from 'fast-check';
import { Handle } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { ReadyQueue } from '#src/loop/ready-queue.js';
import { collectGarbage, hostLoop } from './fixtures.js';

describe('the ready queue', () => {
  test('behaves as a plain array, whatever is pushed, shifted and cleared', () => {
    const loop = hostLoop();
    const pushes = fc.record({ push: fc.oneof(fc.nat(5), fc.nat(3000)) });
    const shifts = fc.record({ shift: fc.oneof(fc.nat(5), fc.nat(3000)) });
    const steps = fc.array(fc.oneof(pushes, shifts, fc.constant({ clear: true })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (program) => {
        const queue = new ReadyQueue();
        const model: Handle[] = [];
        for (const step of program) {
          if ('push' in step) {
            for (let count = step.push; count > 0; count -= 1) {
              const handle = new Handle(loop, () => {}, []);
              queue.push(handle);
              model.push(handle);
            }
          } else if ('shift' in step) {
            for (let count = step.shift; count > 0; count -= 1) {
              if (queue.shift() !== model.shift()) return false;
            }
          } else {
            queue.clear();
            model.length = 0;
          }
          if (queue.length !== model.length) return false;
        }
        while (model.length > 0) if (queue.shift() !== model.shift()) return false;
        return queue.length === 0 && queue.shift() === undefined;
      }),
      { numRuns: 60 },
    );
  });

  test('keeps no handle that has been taken out', async () => {
    const loop = hostLoop();
    const queue = new ReadyQueue();
    const push = (): WeakRef<Handle> => {
      const handle = new Handle(loop, () => {}, []);
      queue.push(handle);
      return new WeakRef(handle);
    };
    const shifted = push();
    const kept = push();
    queue.shift();
    await collectGarbage();
    expect(shifted.deref()).toBeUndefined();
    expect(queue.length).toBe(1);
    expect(kept.deref()).toBeInstanceOf(Handle);
    queue.clear();
    await collectGarbage();
    expect(kept.deref()).toBeUndefined();
  });

  test('gives the memory of a burst back once it has run dry', async () => {
    const queue = new ReadyQueue();
    const handle = new Handle(hostLoop(), () => {}, []);
    const heapAfter = async (): Promise<number> => {
      await collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await heapAfter();
    // 32 MB of slots.
    for (let count = 0; count < 2 ** 22; count += 1) queue.push(handle);
    while (queue.length > 0) queue.shift();
    expect((await heapAfter()) - before).toBeLessThan(8 * 2 ** 20);
    expect(queue.length).toBe(0);
  });
});
