/**
 * Shared memory that shows, from the main thread, how far the work on one loop has come.
 *
 * Messages alone cannot tell. An answer may be lost with the thread that gave it; a thread that is
 * stuck in a synchronous call reports nothing; a call that was sent may have started or not. So
 * each input on a loop holds a ticket, and its state stands in memory that both threads see:
 *
 *   state     | moves to  | who moves it  | meaning
 *   free      | queued    | main thread   | no input holds the ticket
 *   queued    | running   | worker thread | sent, not started: may still be taken back
 *   queued    | revoked   | main thread   | taken back: the worker will not start it
 *   running   | done      | worker thread | the function has been called
 *   done      | free      | main thread   | finished; its answer is on the way, or lost
 *   revoked   | free      | main thread   |
 *
 * Both moves out of `queued` are one atomic compare-and-exchange, so an input that was taken back
 * never runs, and one that runs is never given to another loop as well.
 */
import assert from 'node:assert/strict';

/** States of a ticket. */
export const ticketStates = { free: 0, queued: 1, running: 2, done: 3, revoked: 4 } as const;

/** State of a ticket. */
export type TicketState = (typeof ticketStates)[keyof typeof ticketStates];

/** Of a ticket: its state, and when it came to run. */
const wordsPerTicket = 2;

/** The board of one loop. Both threads make one over the same memory. */
export class TicketBoard {
  /** Hand it to the other thread: it is shared, not copied. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** A board for that many tickets, all of them free. */
  static withCapacity(ticketCount: number): TicketBoard {
    const byteCount = ticketCount * wordsPerTicket * Int32Array.BYTES_PER_ELEMENT;
    return new TicketBoard(new SharedArrayBuffer(byteCount));
  }

  /** State of a ticket at this moment. */
  state(ticket: number): TicketState {
    return Atomics.load(this.#words, ticket * wordsPerTicket) as TicketState;
  }

  /** When the ticket came to run, on the clock of `sharedNowMs`; meaningless before. */
  startedAtMs(ticket: number): number {
    return Atomics.load(this.#words, ticket * wordsPerTicket + 1);
  }

  /** Main thread: a free ticket is given to an input that is about to be sent. */
  queue(ticket: number): void {
    this.#move(ticket, ticketStates.free, ticketStates.queued);
  }

  /** Main thread: takes an input back; `false` when it has started. */
  tryRevoke(ticket: number): boolean {
    return this.#tryMove(ticket, ticketStates.queued, ticketStates.revoked);
  }

  /** Main thread: the answer has come, the ticket can be used again. */
  release(ticket: number): void {
    Atomics.store(this.#words, ticket * wordsPerTicket, ticketStates.free);
  }

  /** Worker thread: begins the work; `false` when the input was taken back. */
  tryStart(ticket: number): boolean {
    // Written before the state, so that whoever sees `running` sees this start and no older one.
    Atomics.store(this.#words, ticket * wordsPerTicket + 1, sharedNowMs());
    return this.#tryMove(ticket, ticketStates.queued, ticketStates.running);
  }

  /** Worker thread: the work is over, whatever came of it. */
  finish(ticket: number): void {
    this.#move(ticket, ticketStates.running, ticketStates.done);
  }

  #move(ticket: number, from: TicketState, to: TicketState): void {
    assert(this.#tryMove(ticket, from, to), `ticket ${ticket} was not in state ${from}`);
  }

  #tryMove(ticket: number, from: TicketState, to: TicketState): boolean {
    return Atomics.compareExchange(this.#words, ticket * wordsPerTicket, from, to) === from;
  }
}

/**
 * Milliseconds on a clock that all threads of the process share, as a 32-bit integer. (Each thread
 * has its own zero for `performance.now()`; `process.hrtime()` has one for all.) Only differences
 * mean anything, and only below 24 days.
 */
export function sharedNowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1000 + Math.floor(nanoseconds / 1e6)) | 0;
}

/** Milliseconds from one reading of the shared clock to a later one. */
export function elapsedMs(fromMs: number, toMs: number): number {
  return (toMs - fromMs) | 0;
}
