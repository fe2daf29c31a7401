/**
 * Tells of one loop's life: its siblings by notices, listeners by events.
 * Runs on the coordinator's thread.
 */
import { Notice } from '../threads/notices.js';
import type { LoopEntry } from '../threads/notices.js';
import type { Incarnation } from './incarnation.js';
import type { LoopSupervisor } from './loop-supervisor.js';
import { deathOf, errorOf, eventOf } from './thread-end.js';
import type { LoopEnd } from './thread-end.js';

/** The news of a loop. */
export class LoopNews {
  readonly #name: string;
  readonly #supervisor: LoopSupervisor;

  constructor(name: string, supervisor: LoopSupervisor) {
    this.#name = name;
    this.#supervisor = supervisor;
  }

  /** A thread takes calls: the first of the name where no reason is given. */
  ready({ threadId, number: incarnation }: Incarnation, reason: string | null): void {
    const event = { loop: this.#name, threadId, incarnation };
    if (reason === null) this.#supervisor.emit('start', event);
    else this.#supervisor.emit('restart', { ...event, reason });
  }

  /** Siblings may call it. */
  joined(entry: LoopEntry): void {
    this.#supervisor.tellOthers(this.#name, Notice.joined, entry);
  }

  /** Siblings call another thread from now on. */
  moved(entry: LoopEntry): void {
    this.#supervisor.tellOthers(this.#name, Notice.moved, entry);
  }

  /** Siblings are to call it no more. Resolves when none will. */
  async leaving(entry: LoopEntry, reason: string): Promise<void> {
    await this.#supervisor.partOthers({ ...entry, reason });
  }

  /** A thread has died. */
  death(thread: Incarnation, end: LoopEnd, restartDelayMs: number | null): void {
    this.#supervisor.emit('death', { ...eventOf(this.#name, thread, end), restartDelayMs });
  }

  /** The thread is dead whose calls siblings hold. */
  died(end: LoopEnd): void {
    const obituary = { death: deathOf(this.#name, end), atMs: Date.now() };
    this.#supervisor.tellOthers(this.#name, Notice.died, obituary);
  }

  /** The thread has ended that bore the name before. */
  retired(end: LoopEnd): void {
    this.#supervisor.tellOthers(this.#name, Notice.retired, deathOf(this.#name, end));
  }

  /** Nobody bears the name any more. */
  gone(last: Incarnation | null, end: LoopEnd): void {
    this.#supervisor.tellOthers(this.#name, Notice.left, deathOf(this.#name, end));
    this.#supervisor.emit('gone', eventOf(this.#name, last, end));
  }

  notRecycled(end: LoopEnd): void {
    const message = `Loop '${this.#name}' could not be recycled`;
    this.#supervisor.report(this.#name, message, errorOf(this.#name, end));
  }
}
