/**
 * Keeps one loop busy with jobs, through as many threads as that takes.
 *
 * Runs on the main thread. A lane has a session with the thread that carries its loop; when that
 * thread dies, the lane begins another. Suspects of the death are quarantined: each runs alone on
 * the loop, before the lane takes anything else, so that none is blamed for its neighbour.
 */
import assert from 'node:assert/strict';
import { LoopDiedError } from '../errors.js';
import type { Job } from './job.js';
import { Lookahead } from './lookahead.js';
import type { Outcome } from './outcome.js';
import type { Runner } from './runner.js';
import { ThreadSession } from './thread-session.js';
import type { SessionEnd, SessionOptions } from './thread-session.js';

/** Deaths in a row that brought no outcome, after which a loop is given up. A guess. */
const maxFruitlessDeathCount = 10;

/** Whom a lane tells. Never called from inside a call to the lane. */
export interface LaneOwner {
  /** The lane may have room. */
  onRoom(): void;
  /** The work on a job has ended: by itself, out of time, or with its thread. */
  onOutcome(job: Job, outcome: Outcome, loop: string): void;
  /** Jobs that did not get their chance, through no fault of theirs. */
  onReturned(jobs: readonly Job[]): void;
  /** The lane cannot go on. */
  onBroken(error: unknown): void;
}

/** The main thread's side of one loop. */
export class Lane {
  /** Name of the loop. */
  readonly name: string;
  readonly #runner: Runner;
  readonly #options: SessionOptions;
  readonly #owner: LaneOwner;
  readonly #lookahead: Lookahead;
  #session: ThreadSession;
  /** Jobs that have to run alone; the first of them is on the loop. */
  readonly #quarantine: Job[] = [];
  #fruitlessDeathCount = 0;
  #isClosed = false;

  constructor(runner: Runner, options: SessionOptions, owner: LaneOwner) {
    this.name = runner.name;
    this.#runner = runner;
    this.#options = options;
    this.#owner = owner;
    this.#lookahead = new Lookahead(options.slotCount);
    this.#session = this.#newSession();
  }

  /**
   * Loads the user's module; the lane takes jobs when this is done.
   *
   * @throws what stands in the way of loading it, see `pickFunction`; LoopDiedError
   */
  async start(): Promise<void> {
    await this.#session.prepare();
  }

  /** Jobs that run on the loop or wait there. */
  get size(): number {
    return this.#session.size;
  }

  /** How many more jobs would start at once. */
  get freeSlotCount(): number {
    return this.#isOpen ? this.#options.slotCount - this.size : 0;
  }

  /** Whether a further job may be sent. */
  get hasRoom(): boolean {
    return this.#isOpen && this.#lookahead.wantsMore(this.size);
  }

  /** Sends a job. Needs room. */
  send(job: Job): void {
    assert(this.hasRoom, `a job was sent to ${this.name}, which has no room for it`);
    this.#session.send(job);
  }

  /** Takes back the job that has waited longest to start; `undefined` when there is none. */
  takeBack(): Job | undefined {
    return this.#isOpen ? this.#session.takeBack() : undefined;
  }

  /** Takes back every job that has not started. */
  takeBackAll(): Job[] {
    const jobs = new Set<Job>();
    for (let job = this.#session.takeBack(); job; job = this.#session.takeBack()) jobs.add(job);
    const runningAlone = this.size > 0 ? 1 : 0;
    for (const job of this.#quarantine.splice(runningAlone)) jobs.add(job);
    return [...jobs];
  }

  /** See `ThreadSession.checkDeadlines`. */
  checkDeadlines(): number {
    return this.#session.checkDeadlines();
  }

  /** Ends the lane; whatever it still holds is not heard of again. */
  close(): void {
    this.#isClosed = true;
    this.#session.close();
  }

  get #isOpen(): boolean {
    return this.#quarantine.length === 0 && this.#session.isReady;
  }

  #newSession(): ThreadSession {
    return new ThreadSession(this.#runner, this.#options, {
      onOutcome: (job, outcome) => this.#onOutcome(job, outcome),
      onRoom: () => this.#goOn(),
      onEnd: (end) => this.#onEnd(end),
    });
  }

  #onOutcome(job: Job, outcome: Outcome): void {
    this.#fruitlessDeathCount = 0;
    this.#lookahead.note(outcome.ms);
    if (this.#quarantine[0] === job) this.#quarantine.shift();
    this.#owner.onOutcome(job, outcome, this.name);
    this.#goOn();
  }

  #goOn(): void {
    const [suspect] = this.#quarantine;
    if (suspect !== undefined && this.size === 0 && this.#session.isReady) {
      this.#session.send(suspect);
    }
    this.#owner.onRoom();
  }

  #onEnd({ error, guilty, suspects, innocent }: SessionEnd): void {
    if (guilty.length > 0 || suspects.length > 0) this.#fruitlessDeathCount = 0;
    // A thread that died while it held nothing has done no harm.
    else if (error !== undefined) this.#fruitlessDeathCount += 1;
    const [alone] = this.#quarantine;
    const isOther = (job: Job): boolean => job !== alone;
    if (guilty.some(([job]) => job === alone)) this.#quarantine.shift();
    this.#quarantine.push(...suspects.filter(isOther));
    this.#session = this.#newSession();
    void this.#revive(error);
    for (const [job, outcome] of guilty) this.#owner.onOutcome(job, outcome, this.name);
    // One that was to run alone still is.
    this.#owner.onReturned(innocent.filter(isOther));
  }

  async #revive(death: LoopDiedError | undefined): Promise<void> {
    if (this.#fruitlessDeathCount > maxFruitlessDeathCount) {
      this.#owner.onBroken(death);
      return;
    }
    const session = this.#session;
    try {
      await session.prepare();
      if (session === this.#session && !this.#isClosed) this.#goOn();
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof LoopDiedError) {
        session.close();
        this.#onEnd({ error, guilty: [], suspects: [], innocent: [] });
      } else {
        this.#owner.onBroken(error);
      }
    }
  }
}
