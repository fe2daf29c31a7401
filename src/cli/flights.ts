/**
 * The inputs that are at one loop: sent to it, and not yet answered.
 *
 * Bookkeeping only: tickets, the board, and who holds which. One set belongs to one thread and ends
 * with it.
 */
import assert from 'node:assert/strict';
import type { Job } from './job.js';
import { maxAheadCount } from './lookahead.js';
import type { Outcome } from './outcome.js';
import type { NoOutcome } from './run-one.js';
import type { Runner } from './runner.js';
import { TicketBoard, ticketStates } from './ticket-board.js';
import type { TicketState } from './ticket-board.js';

/** An input that is at a loop. */
export interface Flight {
  readonly job: Job;
  readonly ticket: number;
  readonly answer: PromiseLike<Outcome | NoOutcome>;
  /** When it was told to end, on the shared clock. */
  cancelledAtMs: number | undefined;
  /** Its thread has taken note of that. */
  isCancelHeard: boolean;
}

/** The inputs at one loop, oldest first. */
export class Flights {
  readonly board: TicketBoard;
  readonly #freeTickets: number[];
  readonly #byTicket = new Map<number, Flight>();

  /** @param slotCount - inputs that run at once */
  constructor(slotCount: number) {
    // As many again may have been revoked, with the loop not yet past them.
    const ticketCount = slotCount + 2 * maxAheadCount;
    this.board = TicketBoard.withCapacity(ticketCount);
    this.#freeTickets = Array.from({ length: ticketCount }, (_, index) => ticketCount - 1 - index);
  }

  /** Inputs that run or wait to run. */
  get size(): number {
    return this.#byTicket.size;
  }

  /** Whether a ticket is left for a further input. */
  get hasTicket(): boolean {
    return this.#freeTickets.length > 0;
  }

  /** Sends an input. Needs a ticket. */
  send(job: Job, runner: Runner): Flight {
    const ticket = this.#freeTickets.pop();
    assert(ticket !== undefined, 'an input was sent without a ticket for it');
    this.board.queue(ticket);
    const answer = runner.run(ticket, job.input.value);
    const flight: Flight = {
      job,
      ticket,
      answer,
      cancelledAtMs: undefined,
      isCancelHeard: false,
    };
    this.#byTicket.set(ticket, flight);
    return flight;
  }

  /** The loop has answered: the ticket is free again. */
  land(flight: Flight): void {
    this.#byTicket.delete(flight.ticket);
    this.board.release(flight.ticket);
    this.#freeTickets.push(flight.ticket);
  }

  /** Takes back the input that has waited longest to run; `undefined` when all of them run. */
  revokeOldest(): Job | undefined {
    for (const flight of this.#byTicket.values()) {
      if (!this.board.tryRevoke(flight.ticket)) continue;
      // The ticket stays taken until the loop has passed over it.
      this.#byTicket.delete(flight.ticket);
      return flight.job;
    }
    return undefined;
  }

  /** All inputs at the loop, oldest first. */
  all(): IterableIterator<Flight> {
    return this.#byTicket.values();
  }

  /** All inputs at the loop, each with the state of its ticket. */
  withStates(): Array<[flight: Flight, state: TicketState]> {
    return [...this.all()].map((flight) => [flight, this.board.state(flight.ticket)]);
  }

  /** Those whose function has been called and has not ended. */
  running(): Flight[] {
    return [...this.all()].filter((it) => this.board.state(it.ticket) === ticketStates.running);
  }
}
