// Random tasks for the model tests: each begins, holds what it got, and is cancelled, at small
// whole times of a virtual clock, so that many of these fall into the same tick.

import fc from 'fast-check';

/** What one task does, and what is done to it. Times in milliseconds. */
export interface Plan {
  readonly startMs: number;
  readonly holdMs: number;
  /** When it is cancelled, from the start of the program; `null` for never. */
  readonly cancelMs: number | null;
}

const maxTimeMs = 6;

/** Plans for up to 12 tasks. */
export const plans: fc.Arbitrary<Plan[]> = fc.array(
  fc.record({
    startMs: fc.nat({ max: maxTimeMs }),
    holdMs: fc.nat({ max: 3 }),
    cancelMs: fc.option(fc.nat({ max: 2 * maxTimeMs }), { freq: 2 }),
  }),
  { maxLength: 12 },
);

/** By then all that is not lost has ended: 12 tasks that hold 3 ms each, one after another. */
export const endMs = 1_000;

/** How often a property is tried. Async ones cost a few Node turns for each virtual millisecond. */
export const runs = { numRuns: 150 };
