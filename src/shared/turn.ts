/**
 * One task's wait for its turn at something that threads share.
 *
 * On the thread of the task. Whoever lets it on is this thread itself, in a visit of the object's
 * memory; so nothing here is shared.
 *
 * | turn is   | moves to     | by                                                     |
 * |-----------|--------------|--------------------------------------------------------|
 * | waiting   | taken, left  | this thread finds that it may go on; a cancel          |
 * | taken     | left         | its task goes on, or was cancelled on the way          |
 * | left      | –            |                                                        |
 */
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';

/** A place in the line; a blocking wait has one without a future. */
export class Turn {
  state: 'waiting' | 'taken' | 'left' = 'waiting';
  /** Number in the order of all threads. */
  ticket = 0;
  /** How much it asks for, where that differs. */
  readonly need: number;
  readonly future: Future<void> | null;

  constructor(need: number, future: Future<void> | null) {
    this.need = need;
    this.future = future;
  }

  /** It may go on. */
  take(): void {
    this.state = 'taken';
    if (this.future?.done() === false) this.future.setResult();
  }

  /** Whether nobody will ever go on with it: its loop was closed. */
  get isAbandoned(): boolean {
    return this.future?.getLoop().isClosed() ?? false;
  }
}

/** What a task waits for. Its turn leaves the line when the task goes on. */
export class TurnFuture extends Future<void> {
  readonly #awaitedName: string;

  constructor(loop: EventLoop, awaitedName: string) {
    super({ loop });
    this.#awaitedName = awaitedName;
  }

  protected override describe(): string {
    return `${super.describe()} for ${this.#awaitedName}`;
  }
}
