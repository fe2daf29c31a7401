/**
 * Which inputs of a loop have run out of time, and which do not even end when they are told to.
 *
 * The time of an input counts from the moment when its function was called, which the board shows.
 * An input past its time is cancelled, once; one that still runs after a grace is stuck. Nothing
 * here holds a timer: the answer says when to look again.
 */
import { elapsedMs, ticketStates } from './ticket-board.js';
import type { TicketBoard } from './ticket-board.js';

/**
 * Time to end after a cancel, for code that has to clean up. A guess, safe to change: too short
 * costs a thread that would have answered, too long keeps a loop from its next input.
 */
export const cancelGraceMs = 500;

/** What deadlines have to know of an input on a loop. */
export interface TimedFlight {
  readonly ticket: number;
  /** On the shared clock; `undefined` while it may run. */
  cancelledAtMs: number | undefined;
}

/** What to do now. */
export interface DeadlineReport<T> {
  /** To be cancelled; noted as cancelled already. */
  readonly overdue: readonly T[];
  /** Cancelled, and still running after the grace. */
  readonly stuck: readonly T[];
  /** When to look again, `Infinity` when nothing is on the loop. */
  readonly nextCheckMs: number;
}

/** Looks at the inputs on a loop. A further input may be sent without looking again earlier. */
export function checkDeadlines<T extends TimedFlight>(
  flights: Iterable<T>,
  board: TicketBoard,
  timeoutMs: number,
  nowMs: number,
): DeadlineReport<T> {
  const overdue: T[] = [];
  const stuck: T[] = [];
  let nextCheckMs = Number.POSITIVE_INFINITY;
  for (const flight of flights) {
    let leftMs = timeoutMs;
    if (board.state(flight.ticket) === ticketStates.running) {
      const isCancelled = flight.cancelledAtMs !== undefined;
      const fromMs = flight.cancelledAtMs ?? board.startedAtMs(flight.ticket);
      leftMs = (isCancelled ? cancelGraceMs : timeoutMs) - elapsedMs(fromMs, nowMs);
      if (leftMs <= 0 && isCancelled) {
        stuck.push(flight);
      } else if (leftMs <= 0) {
        flight.cancelledAtMs = nowMs;
        overdue.push(flight);
        leftMs = cancelGraceMs;
      }
    }
    nextCheckMs = Math.min(nextCheckMs, Math.max(leftMs, 1));
  }
  return { overdue, stuck, nextCheckMs };
}
