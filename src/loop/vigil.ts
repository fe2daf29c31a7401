/**
 * Whether a thread that has nothing to do stays awake for a moment.
 *
 * Waking a thread that sleeps takes the system some 20 µs, and a round trip wakes two: that is most
 * of its 47 µs. A thread that looks at its doorbell instead hears of a message after 2 µs. It does
 * so for about as long as two wake-ups would take, so that it wastes at most as much as it could
 * have saved; never while more threads are awake, or run calls, than there are cores: it would take
 * the processor from those that work; and ever more rarely where it keeps being in vain.
 */
import { availableParallelism } from 'node:os';
import type { Doorbell } from './doorbell.js';
import { registry } from './registry.js';

/**
 * Milliseconds that a thread stays awake. With 0.05, 99 of 100 round trips in a row found both
 * threads awake; twice as long changed nothing more. `bench/` has the rows.
 */
export const defaultPollMs = 0.05;

/**
 * After n vigils in vain, 2^(n-1) - 1 occasions are let pass: at most so many doublings. A guess.
 * One in vain is forgiven: a collection of garbage on either side makes one, and each occasion that
 * is let pass costs a caller the waking of two threads.
 */
const maxDoublings = 6;

/** The threads that share a machine, as far as they tell each other. */
export interface Company {
  /** How many of them are awake or run calls of others, this one included. */
  awakeCount(): number;
  /** How long each stays awake, in milliseconds; 0 for not at all. */
  readonly pollMs: number;
}

const coreCount = availableParallelism();

/** One thread's vigils. */
export class Vigil {
  readonly #company: Company;
  #doublings = 0;
  #passes = 0;

  constructor(company: Company) {
    this.#company = company;
  }

  get pollMs(): number {
    return this.#company.pollMs;
  }

  /** Whether to stay awake on this occasion. */
  begin(): boolean {
    if (this.#company.pollMs === 0) return false;
    if (this.#passes === 0) return true;
    this.#passes -= 1;
    return false;
  }

  /** Whether others need the processor: asked while awake, and counted as such. */
  isCrowded(): boolean {
    return this.#company.awakeCount() > coreCount;
  }

  /** @param wasInVain - nothing came that had not come in time without it */
  end(wasInVain: boolean): void {
    this.#passes = wasInVain ? 2 ** this.#doublings - 1 : 0;
    this.#doublings = wasInVain ? Math.min(this.#doublings + 1, maxDoublings) : 0;
  }
}

/** Blocks the calling thread until its doorbell is rung, at most `timeoutMs`. */
export function parkAt(doorbell: Doorbell, timeoutMs: number): void {
  const { vigil } = registry;
  if (timeoutMs <= 0 || vigil?.begin() !== true) {
    doorbell.wait(timeoutMs);
    return;
  }
  doorbell.stayAwake();
  const isRung = !vigil.isCrowded() && doorbell.watch(Math.min(timeoutMs, vigil.pollMs));
  doorbell.rest();
  vigil.end(!isRung);
  if (!isRung) doorbell.wait(timeoutMs);
}
