/**
 * The main thread's dealings with one worker thread, from loading the user's module to its death.
 *
 *   state      | moves to                | meaning
 *   preparing  | ready, over             | the thread loads the user's module
 *   ready      | ending, over            | inputs are sent and answered
 *   ending     | over                    | we are ending the thread, for inputs that do not end
 *   over       |                         | the thread is dead, or nobody listens any more
 *
 * A session ends with a verdict on everything that it held: nothing is lost with a thread. A loop
 * whose thread is replaced gets another session.
 */
import assert from 'node:assert/strict';
import { LoopDiedError } from '../errors.js';
import { blame } from './blame.js';
import { cancelGraceMs, checkDeadlines } from './deadlines.js';
import { Flights } from './flights.js';
import type { Flight } from './flights.js';
import type { Job } from './job.js';
import { outcomeOfError, outcomeOfDeath, outcomeOfTimeout } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { NoOutcome } from './run-one.js';
import type { Runner } from './runner.js';
import { elapsedMs, sharedNowMs } from './ticket-board.js';

/** What is left when a thread has died. */
export interface SessionEnd {
  /** What the loop said of it; `undefined` when the thread died while it held nothing. */
  readonly error: LoopDiedError | undefined;
  /** Jobs whose work ended with the thread. */
  readonly guilty: ReadonlyArray<readonly [job: Job, outcome: Outcome]>;
  /** Jobs of which one has done it: to be run alone. */
  readonly suspects: readonly Job[];
  /** Jobs to be run again. */
  readonly innocent: readonly Job[];
}

/** Whom a session tells. Never called from inside a call to the session. */
export interface SessionListener {
  /** The work on a job has ended. */
  onOutcome(job: Job, outcome: Outcome): void;
  /** A ticket is free again whose job was taken back. */
  onRoom(): void;
  /** The thread is dead. */
  onEnd(end: SessionEnd): void;
}

/** Settings of a session. */
export interface SessionOptions {
  /** Inputs that run at once. */
  readonly slotCount: number;
  /** Time that an input has, `undefined` without a limit. */
  readonly timeoutMs: number | undefined;
}

type SessionState = 'preparing' | 'ready' | 'ending' | 'over';

const lawfulMoves: Readonly<Record<SessionState, readonly SessionState[]>> = {
  preparing: ['ready', 'over'],
  ready: ['ending', 'over'],
  ending: ['over'],
  over: [],
};

/** One thread and the jobs that it holds. */
export class ThreadSession {
  readonly #runner: Runner;
  readonly #options: SessionOptions;
  readonly #listener: SessionListener;
  readonly #flights: Flights;
  #state: SessionState = 'preparing';
  /** While ending: for whose sake; empty when the thread is stuck and nobody knows in whom. */
  #convicted: ReadonlySet<Flight> | undefined;

  constructor(runner: Runner, options: SessionOptions, listener: SessionListener) {
    this.#runner = runner;
    this.#options = options;
    this.#listener = listener;
    this.#flights = new Flights(options.slotCount);
  }

  /**
   * Loads the user's module; jobs may be sent when this is done.
   *
   * @throws what stands in the way of loading it, see `pickFunction`; LoopDiedError
   */
  async prepare(): Promise<void> {
    await this.#runner.prepare(this.#flights.board.memory);
    if (this.#state === 'preparing') this.#move('ready');
  }

  /** Jobs that run in the thread or wait there. */
  get size(): number {
    return this.#flights.size;
  }

  /** Whether a job can be sent. */
  get isReady(): boolean {
    return this.#state === 'ready' && this.#flights.hasTicket;
  }

  /** Sends a job. Needs to be ready. */
  send(job: Job): void {
    const flight = this.#flights.send(job, this.#runner);
    flight.answer.then(
      (answer) => this.#onAnswer(flight, answer),
      (error: unknown) => this.#onFailure(flight, error),
    );
  }

  /** Takes back the job that has waited longest to start; `undefined` when there is none. */
  takeBack(): Job | undefined {
    return this.#state === 'over' ? undefined : this.#flights.revokeOldest();
  }

  /**
   * Cancels what has run out of time, and ends the thread when that does not help.
   *
   * @returns when to look again; `Infinity` when there is no need to
   */
  checkDeadlines(): number {
    const { timeoutMs } = this.#options;
    if (this.#state !== 'ready' || timeoutMs === undefined) return Number.POSITIVE_INFINITY;
    const { board } = this.#flights;
    const report = checkDeadlines(this.#flights.all(), board, timeoutMs, sharedNowMs());
    for (const flight of report.overdue) this.#cancel(flight, timeoutMs);
    if (report.stuck.length > 0) this.#endThread(report.stuck);
    return report.nextCheckMs;
  }

  /** Stops listening: whatever the thread still holds is not heard of again. */
  close(): void {
    if (this.#state !== 'over') this.#move('over');
  }

  #move(to: SessionState): void {
    assert(lawfulMoves[this.#state].includes(to), `session: ${this.#state} cannot become ${to}`);
    this.#state = to;
  }

  #onAnswer(flight: Flight, answer: Outcome | NoOutcome): void {
    if (this.#state === 'over') return;
    if (answer === 'unprepared') {
      // The thread died before it held anything of ours, and this is the next one.
      this.#end(undefined);
      return;
    }
    this.#flights.land(flight);
    if (answer === 'revoked') this.#listener.onRoom();
    else this.#listener.onOutcome(flight.job, this.#judge(flight, answer));
  }

  #onFailure(flight: Flight, error: unknown): void {
    if (this.#state === 'over') return;
    if (error instanceof LoopDiedError) this.#end(error);
    // The call failed, and not the function: it was cancelled before its first step.
    else this.#onAnswer(flight, outcomeOfError(error, 0));
  }

  #judge({ cancelledAtMs }: Flight, outcome: Outcome): Outcome {
    const { timeoutMs } = this.#options;
    // It may have ended by itself in the very moment in which it was cancelled.
    if (cancelledAtMs === undefined || timeoutMs === undefined || outcome.ms < timeoutMs) {
      return outcome;
    }
    return outcomeOfTimeout(timeoutMs, outcome.ms);
  }

  #cancel(flight: Flight, timeoutMs: number): void {
    this.#runner.cancel(flight.ticket, `timed out after ${timeoutMs} ms`).then(
      () => {
        flight.isCancelHeard = true;
      },
      // The thread died; the flight itself hears of it.
      () => {},
    );
  }

  #endThread(stuck: readonly Flight[]): void {
    const running = this.#flights.running();
    // Who was told to end, in a thread that listens, and goes on, is known. A thread that does not
    // listen is stuck in one of those that run.
    const known = running.length === 1 ? running : stuck.filter((it) => it.isCancelHeard);
    this.#convicted = new Set(known);
    this.#move('ending');
    this.#runner.restart(`an input went on for ${cancelGraceMs} ms after its timeout`);
  }

  #end(error: LoopDiedError | undefined): void {
    const { guilty, suspects, innocent } = blame(this.#flights.withStates(), this.#convicted);
    this.#move('over');
    this.#listener.onEnd({
      error,
      guilty: guilty.map((flight) => [flight.job, this.#outcomeOfGuilty(flight, error)]),
      suspects: suspects.map((flight) => flight.job),
      innocent: innocent.map((flight) => flight.job),
    });
  }

  #outcomeOfGuilty(flight: Flight, error: LoopDiedError | undefined): Outcome {
    const ms = elapsedMs(this.#flights.board.startedAtMs(flight.ticket), sharedNowMs());
    const { timeoutMs } = this.#options;
    if (this.#convicted !== undefined && timeoutMs !== undefined) {
      return outcomeOfTimeout(timeoutMs, ms);
    }
    assert(error !== undefined, 'a thread that died unheard had nothing of ours to be blamed for');
    return outcomeOfDeath(error, ms);
  }
}
