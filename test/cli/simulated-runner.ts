// A runner without a thread: does what `run-one.ts` does, in turns that a seed decides on.
//
// The value of an input says what happens: `die` ends the thread at once, `fail` is an error, all
// else is answered with the value. Whatever the thread held when it died is lost with it, also
// answers that were on their way.

import { setImmediate as turn } from 'node:timers/promises';
import { type Outcome, outcomeOfError, outcomeOfValue } from '#src/cli/outcome.js';
import type { NoOutcome } from '#src/cli/run-one.js';
import type { Runner } from '#src/cli/runner.js';
import { TicketBoard } from '#src/cli/ticket-board.js';
import { LoopDiedError } from '#src/errors.js';

interface Call {
  readonly ticket: number;
  readonly value: unknown;
  resolve(answer: Outcome | NoOutcome): void;
  reject(error: LoopDiedError): void;
}

/** Numbers from 0 up to `below`, different for each seed. */
export function seededRandom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) >>> 0;
    return state % below;
  };
}

/** A loop whose threads live and die in memory. */
export class SimulatedRunner implements Runner {
  readonly name: string;
  /** How often each value was begun. */
  readonly beginnings = new Map<unknown, number>();
  deathCount = 0;
  maxRunningCount = 0;
  readonly #slotCount: number;
  readonly #random: (below: number) => number;
  #board: TicketBoard | undefined;
  #waiting: Call[] = [];
  #running: Call[] = [];
  /** Finished, with their answers on the way. */
  #unsent: Call[] = [];
  #isTurning = false;

  constructor(name: string, slotCount: number, random: (below: number) => number) {
    this.name = name;
    this.#slotCount = slotCount;
    this.#random = random;
  }

  async prepare(boardMemory: SharedArrayBuffer): Promise<void> {
    await turn();
    this.#board = new TicketBoard(boardMemory);
  }

  run(ticket: number, value: unknown): Promise<Outcome | NoOutcome> {
    // At once: messages keep their order, and this one came before the thread was prepared.
    if (this.#board === undefined) return Promise.resolve('unprepared');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ticket, value, resolve, reject });
      if (!this.#isTurning) void this.#takeTurns();
    });
  }

  async cancel(): Promise<void> {
    await turn();
  }

  restart(reason: string): void {
    this.#die(reason);
  }

  /** Ends the thread while it does nothing for us. */
  dieIdle(): void {
    const heldCount = this.#waiting.length + this.#running.length + this.#unsent.length;
    if (heldCount === 0) this.#die('idle');
  }

  async #takeTurns(): Promise<void> {
    this.#isTurning = true;
    while (this.#waiting.length + this.#running.length + this.#unsent.length > 0) {
      if (this.#random(3) === 0) await turn();
      if (this.#running.length < this.#slotCount) this.#begin();
      if (this.#running.length > 0 && this.#random(2) === 0) this.#end();
      if (this.#random(4) === 0) this.#flush();
    }
    this.#isTurning = false;
  }

  #begin(): void {
    const call = this.#waiting.shift();
    if (call === undefined || this.#board === undefined) return;
    if (this.#board.tryStart(call.ticket)) {
      this.#running.push(call);
      this.maxRunningCount = Math.max(this.maxRunningCount, this.#running.length);
      this.beginnings.set(call.value, (this.beginnings.get(call.value) ?? 0) + 1);
    } else {
      call.resolve('revoked');
    }
  }

  #end(): void {
    const [call] = this.#running.splice(this.#random(this.#running.length), 1);
    if (call === undefined || this.#board === undefined) return;
    const { ticket, value } = call;
    if (String(value).startsWith('die')) {
      this.#running.push(call);
      this.#die('told to');
      return;
    }
    this.#board.finish(ticket);
    this.#unsent.push(call);
  }

  #flush(): void {
    for (const call of this.#unsent.splice(0)) {
      const isFailing = String(call.value).startsWith('fail');
      call.resolve(
        isFailing ? outcomeOfError(new Error('failed'), 1) : outcomeOfValue(call.value, 1),
      );
    }
  }

  #die(reason: string): void {
    this.deathCount += 1;
    this.#board = undefined;
    const error = new LoopDiedError({ loop: this.name, exitCode: 1, reason });
    const held = [...this.#unsent, ...this.#running, ...this.#waiting];
    this.#unsent = [];
    this.#running = [];
    this.#waiting = [];
    for (const call of held) call.reject(error);
  }
}
