/**
 * How a name passes from one living thread to another, or leaves, without losing a call.
 *
 * Each sender says farewell over its link to the former thread: no call comes behind it. The former
 * thread answers when all calls before it have begun, and may end when all have said it and nothing
 * runs any more. Over its link to the new thread a sender says hold first, and go once the former
 * thread has answered; so its calls start in the order in which it made them.
 */
import type { Exchange } from './exchange.js';

/** Subjects of the notices between two peers. */
export const Parting = {
  /** To the former thread: no more calls come over this link. */
  farewell: 'farewell',
  /** Its answer: all that came before has begun. */
  begun: 'begun',
  /** To the new thread: let no call of this link begin. */
  hold: 'hold',
  /** To the new thread: go on. */
  go: 'go',
} as const;

/** The sender's part: which threads bore the name before, and whose word is outstanding. */
export class Handover {
  /** Links to them, over which answers are still due, with the numbers of their threads. */
  readonly former: Map<Exchange, number | null> = new Map();
  /** How the last of them ended, once that is known. */
  death: Error | null = null;
  /** Until the calls that were made before the name changed hands have begun. */
  #holding: Exchange | null = null;

  /** No more calls go over that link. */
  leave(former: Exchange, threadId: number | null): void {
    this.former.set(former, threadId);
    this.death = null;
    this.#holding = former;
    former.notice(Parting.farewell, null);
  }

  /** Calls go over that link from now on. */
  enter(next: Exchange): Exchange {
    if (this.#holding !== null) next.notice(Parting.hold, null);
    return next;
  }

  /** Of the thread behind a former link. */
  threadId(former: Exchange): number | null {
    return this.former.get(former) ?? null;
  }

  /** What was sent over a former link has begun, or never will. */
  letGo(former: Exchange, present: Exchange | null): void {
    if (this.#holding !== former) return;
    this.#holding = null;
    present?.notice(Parting.go, null);
  }
}

/** The receiver's part: who has said farewell. */
export class Farewells {
  readonly #heard = new WeakSet<Exchange>();
  readonly #checks: (() => void)[] = [];

  /** It was said over that link. */
  answer(exchange: Exchange): void {
    this.heard(exchange);
    void exchange.incoming.begun().then(() => exchange.notice(Parting.begun, null));
  }

  /** Over that link nothing comes any more: it was said, or the link is closed. */
  heard(exchange: Exchange): void {
    this.#heard.add(exchange);
    this.check();
  }

  /** To be called when a link has gone. */
  check(): void {
    for (const check of this.#checks.splice(0)) check();
  }

  /** Resolves once it was heard over all links that there are. */
  all(open: () => Iterable<Exchange>): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if ([...open()].every((exchange) => this.#heard.has(exchange))) resolve();
        else this.#checks.push(check);
      };
      check();
    });
  }
}
