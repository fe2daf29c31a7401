/**
 * How many steps of `burn` are a microsecond here and now. Measured anew before each grain, since
 * a processor that others share does not keep its speed. On the calling thread, while the others
 * are idle.
 */
import { burn } from '../calls/tasks.js';

const tryCount = 5;
const stepsPerTry = 2_000_000;

/** The best of some tries: whatever disturbs makes it slower, nothing makes it faster. */
export function stepsPerUs(): number {
  let best = 0;
  for (let attempt = 0; attempt < tryCount; attempt += 1) {
    const startMs = performance.now();
    burn(stepsPerTry);
    best = Math.max(best, stepsPerTry / ((performance.now() - startMs) * 1_000));
  }
  return best;
}
