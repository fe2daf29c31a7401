/**
 * Answers that wait behind callbacks: what the far side called before it answered runs before the
 * answer is heard.
 *
 * Belongs to one link. A loop that has ended gives nobody a turn, so answers do not wait for it.
 */
import { registry } from '../loop/registry.js';
import type { CallHost, IncomingCalls } from './incoming-calls.js';
import type { LentValues } from './lent-values.js';

/** Milliseconds between two looks whether the loop still runs that answers wait for. A guess. */
const recheckMs = 100;

/** See above. */
export class HeldAnswers {
  readonly #lent: LentValues;
  readonly #incoming: IncomingCalls;
  readonly #host: CallHost;
  readonly #answers: (() => void)[] = [];
  #watch: NodeJS.Timeout | null = null;

  constructor(lent: LentValues, incoming: IncomingCalls, host: CallHost) {
    this.#lent = lent;
    this.#incoming = incoming;
    this.#host = host;
  }

  /** Whether an answer has to wait now. */
  get isDue(): boolean {
    return this.#lent.callbackCount > 0 && !registry.isBlocked && this.#incoming.isBehind;
  }

  /** Gives the answer in its turn. */
  hold(answer: () => void): void {
    this.#answers.push(answer);
    this.#incoming.inTurn('an answer', () => this.#answers.shift()?.());
    if (this.#watch === null) this.#watch = this.#watchLoop();
  }

  /** Gives all at once: to those who block, or for whom nobody will give them in turn. */
  give(): void {
    for (const answer of this.#answers.splice(0)) answer();
  }

  #watchLoop(): NodeJS.Timeout {
    const loop = this.#host.loop();
    return setTimeout(() => {
      this.#watch = null;
      if (loop?.isRunning() !== true) this.give();
      else if (this.#answers.length > 0) this.#watch = this.#watchLoop();
    }, recheckMs).unref();
  }
}
