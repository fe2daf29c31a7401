/**
 * Runs the user's function on a loop: the part of `threadloop map` that lives in the workers.
 *
 * The main thread prepares each thread once and then sends it inputs, each with a ticket on the
 * board that both see. Inputs start first in, first out, as many at once as there are slots. Every
 * input ends as an outcome, so nothing that the user's function gives or throws has to survive the
 * way back.
 */
import type { Coroutine } from '../loop/coroutine.js';
import { currentTask } from '../loop/current-task.js';
import type { Task } from '../loop/task.js';
import { Semaphore } from '../sync/semaphore.js';
import { Attempt } from './attempt.js';
import type { Outcome } from './outcome.js';
import { pickFunction } from './pick-function.js';
import type { TargetFunction } from './pick-function.js';
import { TicketBoard } from './ticket-board.js';

/** What a thread has to know before its first input. */
export interface Preparation {
  readonly url: string;
  readonly exportName: string | undefined;
  readonly slotCount: number;
  readonly boardMemory: SharedArrayBuffer;
}

interface Work {
  readonly fn: TargetFunction;
  readonly slots: Semaphore;
  readonly board: TicketBoard;
}

let work: Work | undefined;

/** By ticket. */
const running = new Map<number, Task<unknown> | null>();

/**
 * Loads the user's function into this thread.
 *
 * @throws as `pickFunction`
 */
export async function prepare(preparation: Preparation): Promise<void> {
  printToStandardError();
  work = {
    fn: await pickFunction(preparation.url, preparation.exportName),
    slots: new Semaphore(preparation.slotCount),
    board: new TicketBoard(preparation.boardMemory),
  };
}

/** Why an input got no outcome: it was taken back, or this thread has not been prepared. */
export type NoOutcome = 'revoked' | 'unprepared';

/**
 * Runs the function on one input. Ends with an outcome in any case, also when it is cancelled and
 * when its function throws.
 */
export function* runOne(ticket: number, input: unknown): Coroutine<Outcome | NoOutcome> {
  if (work === undefined) return 'unprepared';
  const { fn, slots, board } = work;
  yield* slots.acquire();
  running.set(ticket, currentTask());
  try {
    return yield* new Attempt(board, ticket).run(fn, input);
  } finally {
    running.delete(ticket);
    slots.release();
  }
}

/** Cancels the work on an input, if it is still going on. That it answers shows a live thread. */
export function cancelOne(ticket: number, message: string): void {
  running.get(ticket)?.cancel(message);
}

/** Standard output carries answers: what a task prints must not come between them. */
function printToStandardError(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
