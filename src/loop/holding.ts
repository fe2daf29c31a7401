/**
 * The block that holds something while a body runs: of locks, semaphores, limiters and the like,
 * for one loop or for several threads. It runs in the calling task.
 */
import { assertBody, callBody } from './body.js';
import type { Body } from './body.js';
import { Operation } from './operation.js';

/** What can be acquired and released. */
export interface Holdable {
  acquire(): Operation<unknown>;
  release(): void;
}

/**
 * Acquires, runs a body in the calling task, and releases however the body ends.
 *
 * @throws InvalidArgumentError when `body` is no function
 */
export function runHolding<H extends Holdable, T>(held: H, body: Body<H, T>): Operation<T> {
  assertBody(body, 'run()');
  return new Operation(function* () {
    yield* held.acquire();
    try {
      return yield* callBody(body, held);
    } finally {
      held.release();
    }
  });
}
