import { HostEventLoop } from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { closedAfterwards, recordConsole, runOneTick } from './fixtures.js';

let nowMs: number;
let written: string[];

beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  written = recordConsole();
});

function create(): HostEventLoop {
  return closedAfterwards(new HostEventLoop({ clock: new VirtualClock() }));
}

describe('a callback that takes long', () => {
  test('is named in debug mode, with its time', async () => {
    const loop = create();
    loop.setDebug(true);
    loop.slowCallbackDurationMs = 5;
    loop.callSoon(function grind() {
      nowMs += 6.4;
    });
    loop.callSoon(function hurry() {
      nowMs += 4.9;
    });
    await runOneTick(loop);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Executing <Handle grind\(\).*> took 0\.006 seconds$/);
  });

  test('is one of 100 ms or more, unless the loop is told otherwise', async () => {
    const loop = create();
    loop.setDebug(true);
    expect(loop.slowCallbackDurationMs).toBe(100);
    loop.callSoon(() => (nowMs += 99.9));
    await runOneTick(loop);
    expect(written).toEqual([]);
    loop.callSoon(() => (nowMs += 100));
    await runOneTick(loop);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Executing <Handle .*> took 0\.100 seconds$/);
  });

  test('is of no concern outside debug mode', async () => {
    const loop = create();
    loop.callSoon(() => (nowMs += 5_000));
    await runOneTick(loop);
    expect(written).toEqual([]);
  });

  test('is named by its task where it is a step of one', async () => {
    const loop = create();
    loop.setDebug(true);
    const task = loop.createTask(() => (nowMs += 1_234), { name: 'grinder' });
    await loop.runUntilComplete(task);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Executing <Task .*name='grinder'.* took 1\.234 seconds$/);
  });
});
