/**
 * Why a future has no result, and whether anybody has looked at that yet.
 * Made for those that fail or are cancelled only, so that the others stay small.
 */
import type { Unretrieved } from './unretrieved.js';

/** What a future was failed or cancelled with; the reason may be anything, `undefined` too. */
export class Failure {
  readonly reason: unknown;
  /** The report that is due if nobody looks; `null` once somebody has, and for a cancel. */
  unretrieved: Unretrieved | null = null;

  constructor(reason: unknown) {
    this.reason = reason;
  }

  noteRetrieved(): void {
    this.unretrieved?.retrieved();
    this.unretrieved = null;
  }
}
