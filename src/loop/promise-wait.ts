/**
 * What settles a promise for those who wait for something of ours. It runs on the loop, in its
 * turn, like any callback; but also where that loop stands still, for it may never run again.
 */
import type { Runnable } from './runnable.js';

/** See above. */
export abstract class PromiseWait implements Runnable {
  abstract run(): void;
}
