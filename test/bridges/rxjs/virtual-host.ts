// A host for RxJS's own schedulers whose time jumps: it has `setInterval` and `Date.now`.

import { vi } from 'vitest';
import { nodeTurn } from '../../loop/fixtures.js';

interface Interval {
  readonly periodMs: number;
  readonly run: () => void;
  dueAtMs: number;
}

/** Runs a program on such a host, until no interval is left; gives what the program gave. */
export async function onVirtualHost<T>(program: () => T): Promise<T> {
  let nowMs = 0;
  const intervals = new Set<Interval>();
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
  vi.stubGlobal('setInterval', (run: () => void, delayMs = 0) => {
    const interval = { run, periodMs: delayMs, dueAtMs: nowMs + delayMs };
    intervals.add(interval);
    return interval;
  });
  vi.stubGlobal('clearInterval', (interval: Interval) => intervals.delete(interval));
  try {
    const given = program();
    await nodeTurn();
    while (intervals.size > 0) {
      const next = [...intervals].reduce((a, b) => (b.dueAtMs < a.dueAtMs ? b : a));
      nowMs = next.dueAtMs;
      next.dueAtMs += next.periodMs;
      next.run();
      // What `asapScheduler` runs comes before the next timer.
      await nodeTurn();
    }
    return given;
  } finally {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }
}
