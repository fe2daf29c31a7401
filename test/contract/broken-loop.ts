// What the pages of broken loops are made of.
// The check has to be one of the kit's, by its name.

import type { EventLoop } from 'threadloop';

/** A fault, and its finder. */
export interface BrokenLoop {
  /** What the loop does. */
  readonly fault: string;
  /** The name of the check that finds it out. */
  readonly caughtBy: string;
  readonly Loop: new () => EventLoop;
}
