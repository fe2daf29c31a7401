/**
 * Runs the user's function on a loop: the part of `threadloop map` that lives in the workers.
 *
 * The main thread prepares each thread once and then sends it inputs, each with a ticket on the
 * board that both see. Inputs start first in, first out, as many at once as there are slots. Every
 * input ends as an outcome, so nothing that the user's function gives or throws has to survive the
 * way back.
 */
import { performance } from 'node:perf_hooks';
import { type Coroutine, isAsyncFunction, isCoroutineFunction } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { currentTask } from '../loop/current-task.js';
import type { Task } from '../loop/task.js';
import { type Outcome, outcomeOfError, outcomeOfValue } from './outcome.js';
import { pickFunction, type TargetFunction } from './pick-function.js';
import { Slots } from './slots.js';
import { TicketBoard } from './ticket-board.js';

/** What a thread has to know before its first input. */
export interface Preparation {
  readonly url: string;
  readonly exportName: string | undefined;
  readonly slotCount: number;
  readonly boardMemory: SharedArrayBuffer;
}

type CoroutineFunction = (input: unknown) => Coroutine<unknown>;

interface Work {
  readonly fn: TargetFunction;
  readonly slots: Slots;
  readonly board: TicketBoard;
}

let work: Work | undefined;

/**
 * Loads the user's function into this thread.
 *
 * @throws as `pickFunction`
 */
export async function prepare(preparation: Preparation): Promise<void> {
  printToStandardError();
  work = {
    fn: await pickFunction(preparation.url, preparation.exportName),
    slots: new Slots(preparation.slotCount),
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
  yield* slots.take();
  try {
    if (!board.tryStart(ticket)) return 'revoked';
    running.set(ticket, currentTask());
    const outcome = yield* measure(fn, input);
    board.finish(ticket);
    return outcome;
  } finally {
    running.delete(ticket);
    slots.release();
  }
}

/** Cancels the work on an input, if it is still going on. That it answers shows a live thread. */
export function cancelOne(ticket: number, message: string): void {
  running.get(ticket)?.cancel(message);
}

const running = new Map<number, Task<unknown> | null>();

function* measure(fn: TargetFunction, input: unknown): Coroutine<Outcome> {
  const startedAtMs = performance.now();
  try {
    const value = yield* call(fn, input);
    return outcomeOfValue(value, performance.now() - startedAtMs);
  } catch (error) {
    return outcomeOfError(error, performance.now() - startedAtMs);
  }
}

function* call(fn: TargetFunction, input: unknown): Coroutine<unknown> {
  if (isCoroutineFunction(fn)) return yield* (fn as CoroutineFunction)(input);
  // An async function that declares a second parameter gets the signal of a task there.
  const takesSignal = isAsyncFunction(fn) && fn.length >= 2;
  const task = getRunningLoop().createTask<unknown>(
    takesSignal ? (signal) => fn(input, signal) : () => fn(input),
  );
  return yield* task;
}

/** Standard output carries answers: what a task prints must not come between them. */
function printToStandardError(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
