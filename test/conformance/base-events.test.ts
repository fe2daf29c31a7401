/** asyncio's test_base_events: scheduling, stopping, running, the exception handler. */
import { expect } from 'vitest';
import { keepRows, scenario } from './scenario.js';

keepRows('base-events');

scenario(
  'A-001',
  'callbacks run in order, and stop() lets the batch finish',
  async ({ newLoop }) => {
    const loop = newLoop();
    const log: string[] = [];
    loop.callSoon(() => {
      log.push('a');
      loop.callSoon(() => log.push('a2'));
    });
    loop.callSoon(() => {
      log.push('b');
      loop.stop();
      loop.callSoon(() => log.push('b2'));
    });
    loop.callSoon(() => log.push('c'));
    await loop.runForever();
    expect(log).toEqual(['a', 'b', 'c']);
    loop.stop();
    await loop.runForever();
    expect(log).toEqual(['a', 'b', 'c', 'a2', 'b2']);
  },
);
