/**
 * What threads share and tasks wait for in one line: locks and semaphores. The rows of the line say
 * who holds, and who waits; what may be granted is for the class to say.
 */
import type { Coroutine } from '../loop/coroutine.js';
import type { Line } from './line.js';
import { SharedObject } from './shared-object.js';
import type { Birth } from './shared-object.js';
import { Turn } from './turn.js';

/** Something shared with one line. */
export abstract class LinedObject extends SharedObject {
  protected readonly queue: Line;

  /** @param lineStart - from which word on the line is */
  protected constructor(birth: Birth, lineStart: number) {
    super(birth);
    this.queue = this.line(lineStart, (_need, held) => this.canGrant(held.count));
  }

  /** Whether one more may be let in. Called inside. */
  protected abstract canGrant(heldCount: number): boolean;

  protected override settle(): void {
    this.queue.settle();
  }

  protected override giveUp(turn: Turn): void {
    this.queue.leave(turn);
  }

  /** Takes at once; `false` when that is not possible, or others came before. */
  protected tryEnter(): boolean {
    return this.inside(() => this.queue.tryTake(0));
  }

  /** Waits until this task is let in. */
  protected *waitInLine(): Coroutine<void> {
    const turn = new Turn(0, this.turnFuture());
    yield* this.waitFor(turn, () => this.queue.join(turn));
  }

  /** As `waitInLine`, and blocks the thread; `false` when the time is over before. */
  protected blockInLine(timeoutMs: number): boolean {
    const turn = new Turn(0, null);
    return this.blockFor(turn, () => this.queue.join(turn), timeoutMs);
  }
}
