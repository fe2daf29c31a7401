/**
 * The living threads of one loop: the one that bears its name, and at most one beside it.
 *
 * | role   | what it does                                            | becomes |
 * |--------|---------------------------------------------------------|---------|
 * | next   | comes up, while the bearer works (recycling)            | bearer  |
 * | bearer | takes the calls that are made by the loop's name        | former  |
 * | former | answers what it was given, and ends                     | –       |
 */
import type { Exchange } from '../threads/exchange.js';
import type { Departure } from '../threads/notices.js';
import { Incarnation } from './incarnation.js';
import type { IncarnationOptions, IncarnationOwner } from './incarnation.js';

/** Who is who among the threads of a loop. */
export class LoopThreads {
  /** When it has died: the last one that bore the name. */
  bearer: Incarnation | null = null;
  next: Incarnation | null = null;
  former: Incarnation | null = null;
  readonly #living = new Set<Incarnation>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#living.size === 0;
  }

  make(owner: IncarnationOwner, options: IncarnationOptions): Incarnation {
    this.#count += 1;
    const incarnation = new Incarnation(this.#count, owner, options);
    this.#living.add(incarnation);
    return incarnation;
  }

  /** It has ended. */
  remove(incarnation: Incarnation): void {
    this.#living.delete(incarnation);
    if (this.next === incarnation) this.next = null;
    if (this.former === incarnation) this.former = null;
  }

  /** Who speaks over that link. */
  behind(exchange: Exchange): Incarnation | undefined {
    return [...this.#living].find((each) => each.exchange === exchange);
  }

  withId(threadId: number): Incarnation | undefined {
    return [...this.#living].find((each) => each.threadId === threadId);
  }

  /** The next one bears the name from now on; gives the former. */
  succeed(): Incarnation {
    const former = this.bearer as Incarnation;
    this.former = former;
    this.bearer = this.next;
    this.next = null;
    return former;
  }

  /** It is not wanted any more. */
  dropNext(reason: string): void {
    this.next?.terminate(reason);
    this.next = null;
  }

  /** A word to all of them. */
  tell(subject: string, body: unknown): void {
    for (const each of this.#living) each.tell(subject, body);
  }

  /** Resolves when none of them will call the loop any more that leaves. */
  async partFrom(leaving: Departure): Promise<void> {
    await Promise.all([...this.#living].map(async (each) => each.partFrom(leaving)));
  }

  /** Whoever waits for their ends must live to see them. */
  ref(): void {
    for (const each of this.#living) each.ref();
  }

  /** Tells them to end by themselves. One that only comes up has nothing to finish. */
  stop(reason: string, cancel: boolean): void {
    this.dropNext(reason);
    for (const each of this.#living) each.stop(reason, cancel);
  }

  terminate(reason: string): void {
    for (const each of this.#living) each.terminate(reason);
  }
}
