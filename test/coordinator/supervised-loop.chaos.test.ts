// Threads that are ended at random while calls go in all directions: every call settles, by its
// result or by a death, and life goes on.

import fc from 'fast-check';
import { LoopDiedError, remoteModule, type RemoteLoop } from 'threadloop';
import { expect, test } from 'vitest';
import { startLoops } from '../threads/loops.js';

const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);

const seed = Math.floor(Math.random() * 1e6);

/** One step: a call from main, through one loop to another, or the end of a thread. */
const step = fc.oneof(
  { weight: 60, arbitrary: fc.record({ via: fc.nat(2), to: fc.nat(3) }) },
  { weight: 20, arbitrary: fc.record({ direct: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ end: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.constant('pause' as const) },
);

test(`threads that die at random hang nobody (seed ${seed})`, async () => {
  const coordinator = await startLoops({ loops: 3 });
  const loops = coordinator.loops as [RemoteLoop, RemoteLoop, RemoteLoop];
  const names = [...loops.map(({ name }) => name), 'main'];
  const steps = fc.sample(step, { numRuns: 600, seed });
  const calls: { readonly index: number; readonly outcome: Promise<unknown> }[] = [];
  for (const [index, each] of steps.entries()) {
    if (each === 'pause') {
      await new Promise((resolve) => void setImmediate(resolve));
    } else if ('end' in each) {
      coordinator.restart(names[each.end] ?? '', `step ${index}`);
    } else {
      const loop = loops['via' in each ? each.via : each.direct] as RemoteLoop;
      const call =
        'via' in each
          ? loop.runCoroutineThreadsafe(
              functions.relay,
              names[each.to] ?? '',
              functions.echo,
              index,
            )
          : loop.runCoroutineThreadsafe(functions.echo, index);
      const outcome = call.catch((error: unknown) => error);
      calls.push({ index, outcome });
      // Some wait for their answers, so that not all is lost with the first death.
      if (index % 10 === 0) await outcome;
    }
  }
  let answeredCount = 0;
  for (const { index, outcome } of calls) {
    const settled = await outcome;
    if (settled === index) answeredCount += 1;
    else expect(settled).toBeInstanceOf(LoopDiedError);
  }
  expect(answeredCount).toBeGreaterThan(0);
  expect(coordinator.stats().pendingCount).toBe(0);
  for (const loop of loops) {
    for (const name of names) {
      const again = loop.runCoroutineThreadsafe(functions.relay, name, functions.echo, name);
      expect(await again.catch(async () => loop.runCoroutineThreadsafe(functions.echo, name))).toBe(
        name,
      );
    }
  }
});
