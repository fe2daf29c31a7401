/**
 * One input on its way through the run: from the source, over one or more tries on the loops, to
 * its answer.
 */
import type { Input } from './inputs.js';

/** What the main thread keeps of an input until it is answered. */
export interface Job {
  readonly input: Input;
  /** Its place in the order of the answers. */
  readonly number: number;
  /** How often the function has failed on it. */
  failureCount: number;
}
