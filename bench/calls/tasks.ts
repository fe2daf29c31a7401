/**
 * What is called on the other thread, by every contender: peers load this file, or expose what is
 * in it. No library is needed here, so that a thread has nothing else to load.
 */

/** The functions by name. */
export type TaskName = 'increment' | 'burn' | 'incrementOrExit';

/** Does nothing, so that only the call is measured; yet its answer can be checked. */
export function increment(value: number): number {
  return value + 1;
}

/**
 * Keeps a processor busy for so many steps, each of which needs the one before. The answer is the
 * number of steps, from the sum, so that no step can be left out.
 */
export function burn(stepCount: number): number {
  let state = 1;
  for (let step = 0; step < stepCount; step += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  }
  return state === 0 ? -stepCount : stepCount;
}

/** As `increment`, but its thread does not survive a negative number. */
export function incrementOrExit(value: number): number {
  if (value < 0) process.exit(1);
  return value + 1;
}
