/**
 * The run itself: takes inputs from the source, spreads them over the lanes, and passes answers on.
 *
 * Runs on the main thread, driven by events: an answer makes room for the next input. Nothing piles
 * up anywhere. A further input is taken only when a lane has room, the order can hold its answer
 * and the writer is not behind; a source that is not asked does not read.
 */
import type { AnswerWriter } from './answer-writer.js';
import { formatAnswer } from './answer.js';
import { InputFeed } from './input-feed.js';
import type { InputSource } from './inputs.js';
import type { Job } from './job.js';
import type { Lane, LaneOwner } from './lane.js';
import type { Outcome } from './outcome.js';
import type { AnswerOrder } from './reorder-window.js';
import type { Tally } from './tally.js';

/** A look at all deadlines costs a little for each input on a loop: not one for each of them. */
const minCheckIntervalMs = 5;

/** What a run works with. */
export interface MapRunParts {
  readonly source: InputSource;
  readonly tally: Tally;
  /** Further tries of an input that failed. */
  readonly retryCount: number;
  /** Whether the first input that fails ends the run. */
  readonly isFailFast: boolean;
}

/** Where the answers of a run go. */
export interface AnswerOutput {
  readonly order: AnswerOrder;
  readonly writer: Pick<AnswerWriter, 'isCongested'>;
}

/** One run over all inputs. */
export class MapRun implements LaneOwner {
  readonly #parts: MapRunParts;
  readonly #feed: InputFeed;
  #lanes: readonly Lane[] = [];
  #output: AnswerOutput | undefined;
  #isStopping = false;
  /** To be sent before any new input. */
  readonly #again: Job[] = [];
  /** Jobs that have neither an answer nor been given up. */
  readonly #open = new Set<Job>();
  #deadlineTimer: NodeJS.Timeout | undefined;
  #isPumpPlanned = false;
  #error: { readonly reason: unknown } | undefined;
  #end: (() => void) | undefined;

  constructor(parts: MapRunParts) {
    this.#parts = parts;
    this.#feed = new InputFeed(parts.source, () => this.onRoom());
  }

  /**
   * Answers all inputs; done when nothing is under way any more.
   *
   * @param lanes - started, and owned by this run
   * @throws UsageError when an input cannot be read, after those before it have been answered; what
   *   broke a lane
   */
  async run(lanes: readonly Lane[], output: AnswerOutput): Promise<void> {
    this.#lanes = lanes;
    this.#output = output;
    await new Promise<void>((resolve) => {
      this.#end = resolve;
      this.#pump();
    });
    clearTimeout(this.#deadlineTimer);
    if (this.#error !== undefined) throw this.#error.reason;
    if (this.#feed.error !== undefined) throw this.#feed.error;
  }

  /** Whether the run is over and no loop has anything left of it. */
  get isIdle(): boolean {
    return this.#feed.isOver && this.#lanes.every((lane) => lane.size === 0);
  }

  /** Takes no more inputs and takes back what has not started; what runs is answered. */
  stop(): void {
    this.#isStopping = true;
    this.#feed.close();
    for (const lane of this.#lanes) this.#giveUp(lane.takeBackAll());
    this.#giveUp(this.#again.splice(0));
    this.onRoom();
  }

  /** Ends the run now: what is not answered stays so. */
  abandon(): void {
    this.stop();
    for (const lane of this.#lanes) lane.close();
    this.#giveUp([...this.#open]);
  }

  /** The writer or a lane may take more. Gathers calls: there is one for each answer. */
  onRoom(): void {
    if (this.#isPumpPlanned) return;
    this.#isPumpPlanned = true;
    queueMicrotask(() => {
      this.#isPumpPlanned = false;
      this.#pump();
    });
  }

  onOutcome(job: Job, outcome: Outcome, loop: string): void {
    const { tally, retryCount, isFailFast } = this.#parts;
    tally.noteTry(outcome, loop);
    if (outcome.isError && job.failureCount < retryCount) {
      job.failureCount += 1;
      this.#tryAgain(job);
      return;
    }
    this.#open.delete(job);
    tally.noteAnswer(job.input.json, outcome, loop);
    this.#output?.order.put(job.number, formatAnswer(job.input, outcome, loop));
    if (outcome.isError && isFailFast) this.abandon();
    this.onRoom();
  }

  onReturned(jobs: readonly Job[]): void {
    if (this.#isStopping) this.#giveUp(jobs);
    else this.#again.push(...jobs);
    this.onRoom();
  }

  onBroken(error: unknown): void {
    this.#error ??= { reason: error };
    this.abandon();
  }

  #tryAgain(job: Job): void {
    // A failed input that might still be answered well is left to the run that resumes this one.
    if (this.#isStopping) {
      this.#giveUp([job]);
    } else {
      this.#parts.tally.retryCount += 1;
      this.#again.push(job);
    }
    this.onRoom();
  }

  #giveUp(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (this.#open.delete(job)) this.#output?.order.giveUp(job.number);
    }
  }

  #pump(): void {
    for (let lane = this.#emptiestLane(); lane; lane = this.#emptiestLane()) {
      const job = this.#again.shift() ?? this.#nextJob();
      if (job === undefined) {
        this.#balance();
        break;
      }
      lane.send(job);
    }
    this.#watchDeadlines();
    if (this.#feed.isOver && this.#open.size === 0) this.#end?.();
  }

  #emptiestLane(): Lane | undefined {
    let emptiest: Lane | undefined;
    for (const lane of this.#lanes) {
      if (lane.hasRoom && (emptiest === undefined || lane.size < emptiest.size)) emptiest = lane;
    }
    return emptiest;
  }

  #nextJob(): Job | undefined {
    if (this.#output === undefined) return undefined;
    const { order, writer } = this.#output;
    if (!order.hasRoom || writer.isCongested) return undefined;
    const input = this.#feed.tryNext();
    if (input === undefined) return undefined;
    const job: Job = { input, number: order.take(), failureCount: 0 };
    this.#open.add(job);
    return job;
  }

  /** With no further input at hand, idle slots take over what waits behind busy ones. */
  #balance(): void {
    for (const idle of this.#lanes) {
      while (idle.freeSlotCount > 0) {
        const job = this.#takeFromFullest(idle.size + 2);
        if (job === undefined) break;
        idle.send(job);
      }
    }
  }

  /** From a lane with at least so many jobs: with fewer they would only go back and forth. */
  #takeFromFullest(minSize: number): Job | undefined {
    const full = this.#lanes.filter((lane) => lane.size >= minSize);
    for (const lane of full.sort((a, b) => b.size - a.size)) {
      const job = lane.takeBack();
      if (job !== undefined) return job;
    }
    return undefined;
  }

  /** One timer for all lanes; an input that is sent later cannot be due before it. */
  #watchDeadlines(): void {
    if (this.#deadlineTimer !== undefined) return;
    const nextCheckMs = Math.min(...this.#lanes.map((lane) => lane.checkDeadlines()));
    if (nextCheckMs === Number.POSITIVE_INFINITY) return;
    this.#deadlineTimer = setTimeout(
      () => {
        this.#deadlineTimer = undefined;
        this.#watchDeadlines();
      },
      Math.max(nextCheckMs, minCheckIntervalMs),
    );
  }
}
