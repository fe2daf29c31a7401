/**
 * A host loop for tests: time jumps to the next deadline whenever nothing is ready.
 *
 * Nothing sleeps, so a test of an hour of timeouts takes a millisecond; Node's promises and
 * sockets go on between the jumps. A run that can never end is an error that says who waits for
 * what. With a seed, what asyncio leaves unordered is shuffled: timers of the same time.
 */
import { DeadlockError, InvalidStateError, LoopStoppedError } from '../errors.js';
import type { Alarm } from '../loop/clock.js';
import type { Awaitable } from '../loop/coroutine.js';
import { allTasks } from '../loop/current-task.js';
import { describeTasks } from '../loop/describe-tasks.js';
import { HostEventLoop } from '../loop/host-event-loop.js';
import { randomFrom } from '../loop/seeded-random.js';
import type { TaskFunction } from '../loop/task-work.js';
import { VirtualClock } from './virtual-clock.js';

/** Options of `new VirtualEventLoop()`. */
export interface VirtualEventLoopOptions {
  readonly name?: string;
  /** Jump by itself when nothing is ready; else only `advance()` moves time. Default `true`. */
  readonly autojump?: boolean;
  /** Shuffles timers that are due at the same time, the same way for the same seed. */
  readonly seed?: number;
}

/**
 * Turns of Node's loop that must pass with nothing to do before a run is given up: what a promise
 * or a message port had under way has arrived by then. A guess, safe to change.
 */
const patienceTurnCount = 20;

/**
 * Real milliseconds that a run waits for timers and sockets that were there before it began: they
 * may belong to the program, or only to the test runner. A guess, safe to change.
 */
const patienceMs = 500;

/** A loop whose time is a number. */
export class VirtualEventLoop extends HostEventLoop {
  readonly #clock: StarvingClock;
  #deadlock: DeadlockError | null = null;

  constructor({ name, autojump = true, seed }: VirtualEventLoopOptions = {}) {
    const clock = new StarvingClock(autojump);
    super({
      clock,
      ...(name === undefined ? {} : { name }),
      ...(seed === undefined ? {} : { tieBreak: randomFrom(seed) }),
    });
    this.#clock = clock;
    clock.onStarved = () => this.#onStarved();
    clock.isAnswerDue = () => this.awaitsExecutor;
  }

  /**
   * As on any host loop.
   *
   * @throws DeadlockError when nothing is ready, no timer waits, and the work is not done; it lists
   *   the tasks and what each waits for
   */
  override async runUntilComplete<T>(work: Awaitable<T> | TaskFunction<T>): Promise<T> {
    this.#clock.watch();
    try {
      return await super.runUntilComplete(work);
    } catch (error) {
      const deadlock = this.#deadlock;
      this.#deadlock = null;
      if (deadlock !== null && error instanceof LoopStoppedError) throw deadlock;
      throw error;
    } finally {
      this.#clock.endWatch();
    }
  }

  /**
   * Moves time on by `ms` milliseconds. What becomes due runs in later ticks.
   *
   * @throws InvalidArgumentError when `ms` is negative or no number
   */
  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  /** Runs all that is ready now, and what that makes ready; time stands still. */
  async runUntilIdle(): Promise<void> {
    const stopWhenIdle = (): void => {
      if (this.ready.length > 0 || this.timers.nextWhenMs() <= this.time()) {
        this.callSoon(stopWhenIdle);
      } else {
        this.stop();
      }
    };
    this.callSoon(stopWhenIdle);
    await this.runForever();
  }

  /**
   * Asserts that nothing is left: no unfinished task, no handle, no timer.
   *
   * @throws InvalidStateError that lists what is left
   */
  assertNoLeaks(): void {
    const count = this.pendingCount();
    if (allTasks(this).size === 0 && count === 0) return;
    throw new InvalidStateError(
      `The loop is left with ${count} callbacks and timers. ${describeTasks(this)}`,
    );
  }

  #onStarved(): void {
    this.#deadlock = new DeadlockError(
      `Deadlock at ${this.time()} ms: nothing is ready and no timer waits. ${describeTasks(this)}`,
    );
    this.stop();
  }
}

/** Tells when a loop waits for nothing that time could bring. */
class StarvingClock extends VirtualClock {
  onStarved: () => void = () => undefined;
  /** Whether another thread has yet to answer, however long that takes. */
  isAnswerDue: () => boolean = () => false;
  /** What kept Node busy before the run, by kind; `null` while nobody watches. */
  #before: ReadonlyMap<string, number> | null = null;

  constructor(autojump: boolean) {
    super({ autojump });
  }

  watch(): void {
    this.#before = countActiveResources();
  }

  endWatch(): void {
    this.#before = null;
  }

  override setAlarm(whenMs: number, wake: () => void): Alarm {
    const alarm = super.setAlarm(whenMs, wake);
    if (whenMs !== Infinity) return alarm;
    let turn = setImmediate(() => watch(0));
    let pause: NodeJS.Timeout | undefined;
    const startMs = performance.now();
    const watch = (turnCount: number): void => {
      if (this.#before === null) return;
      const isPatient = turnCount < patienceTurnCount || this.#isHopeful(startMs);
      if (!isPatient) this.onStarved();
      else if (turnCount < patienceTurnCount) turn = setImmediate(() => watch(turnCount + 1));
      else pause = setTimeout(() => (turn = setImmediate(() => watch(turnCount))), 5);
    };
    return {
      cancel: () => {
        clearImmediate(turn);
        clearTimeout(pause);
        alarm.cancel();
      },
    };
  }

  /** Whether something outside, such as a socket or a timer of Node's, may still wake the loop. */
  #isHopeful(startMs: number): boolean {
    if (this.isAnswerDue()) return true;
    const now = countActiveResources();
    if ([...now].some(([kind, count]) => count > (this.#before?.get(kind) ?? 0))) return true;
    return now.size > 0 && performance.now() - startMs < patienceMs;
  }
}

function countActiveResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
