import type { HostEventLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, recordConsole, runOneTick } from './fixtures.js';

function scheduleOneThatTakes(loop: HostEventLoop, durationMs: number): void {
  loop.callSoon(function grind() {
    const endMs = performance.now() + durationMs;
    while (performance.now() < endMs);
  });
}

describe('a callback that takes long', () => {
  test('is named in debug mode, with its time', async () => {
    const warnings = recordConsole();
    const loop = hostLoop();
    loop.setDebug(true);
    loop.slowCallbackDurationMs = 5;
    scheduleOneThatTakes(loop, 6);
    await runOneTick(loop);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Executing <Handle grind\(\)> took 0\.0\d\d seconds$/);
  });

  test('is of no concern below the limit of the loop, which is 100 ms', async () => {
    const warnings = recordConsole();
    const loop = hostLoop();
    expect(loop.slowCallbackDurationMs).toBe(100);
    loop.setDebug(true);
    scheduleOneThatTakes(loop, 6);
    await runOneTick(loop);
    expect(warnings).toEqual([]);
  });

  test('is of no concern outside debug mode', async () => {
    const warnings = recordConsole();
    const loop = hostLoop();
    loop.slowCallbackDurationMs = 1;
    scheduleOneThatTakes(loop, 3);
    await runOneTick(loop);
    expect(warnings).toEqual([]);
  });

  test('is named by its task where it is a step of one', async () => {
    const warnings = recordConsole();
    const loop = hostLoop();
    loop.setDebug(true);
    loop.slowCallbackDurationMs = 5;
    const task = loop.createTask(
      () => {
        const endMs = performance.now() + 6;
        while (performance.now() < endMs);
      },
      { name: 'grinder' },
    );
    await loop.runUntilComplete(task);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Executing <Task .*name='grinder'.* took 0\.0\d\d seconds$/);
  });
});
