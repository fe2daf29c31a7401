/**
 * The calls that have arrived in this thread and wait for their turn on its loop.
 *
 * Callers take turns, so that none is held up by another's flood; of each caller's calls the
 * higher rank goes first, and within a rank they start in the order in which they were made. For
 * each call one entry stands in the loop's ready queue, and takes whichever call is next then:
 * so what other threads ask for and what the loop does by itself take turns as well.
 */
import { AsyncResource } from 'node:async_hooks';
import type { EventLoop } from '../loop/event-loop.js';
import { scheduleOn } from '../loop/runnable.js';
import type { Runnable } from '../loop/runnable.js';
import { Fifo } from '../queues/fifo.js';
import { priorities } from '../scheduling/task-priority.js';
import { beginWork, endWork } from './polling.js';

/** One of so many calls in a row is of whichever rank had to wait longest. A guess. */
const callsPerLeftBehind = 32;

/**
 * So many calls of one caller are read before they begin. Of a million calls at once, each that is
 * read and waits costs 0.2 µs for the collector, which moves it twice; unread it costs nothing.
 */
export const floodCount = 1_024;

/** Calls run in the context in which this module was loaded, not in that of who brought them. */
const neutralScope = new AsyncResource('threadloop');

/** What waits for its turn. */
export interface QueuedCall {
  /** Runs on the loop. Never throws. */
  start(): void;
}

/** The calls of one caller and one rank. */
class Lane {
  readonly lanes: Lanes;
  readonly calls: Fifo<QueuedCall> = new Fifo<QueuedCall>();

  constructor(lanes: Lanes) {
    this.lanes = lanes;
  }

  get isEmpty(): boolean {
    return this.calls.length === 0;
  }
}

/** The lanes of one caller, by rank. */
export class Lanes {
  readonly byRank: readonly Lane[] = priorities.map(() => new Lane(this));
  readonly #onRoom: () => void;
  #waitingCount = 0;

  /** @param onRoom - called when a flood has gone down */
  constructor(onRoom: () => void = () => undefined) {
    this.#onRoom = onRoom;
  }

  /** Whether more calls may be brought, or would only lie about. */
  get hasRoom(): boolean {
    return this.#waitingCount < floodCount;
  }

  /** For the queue: one call more waits. */
  onPushed(): void {
    this.#waitingCount += 1;
  }

  /** For the queue: one has been taken. */
  onTaken(): void {
    this.#waitingCount -= 1;
    if (this.#waitingCount === floodCount / 2) this.#onRoom();
  }

  /** The calls that wait, of whichever rank. */
  waiting(): readonly QueuedCall[] {
    return this.byRank.flatMap((lane) => lane.calls.toArray());
  }
}

/** See above; one for each thread. */
export class CallQueue implements Runnable {
  /** By rank, the lanes in which calls wait, in the order of their turns. */
  readonly #waiting: readonly Lane[][] = priorities.map(() => []);
  /** By rank, the number of the turn in which one of its calls was last taken. */
  readonly #lastTurns: number[] = priorities.map(() => 0);
  #turnCount = 0;
  #waitingCount = 0;
  #loop: EventLoop | null = null;

  /** Lets a call wait for its turn on the loop. */
  push(loop: EventLoop, lanes: Lanes, rank: number, call: QueuedCall): void {
    const lane = lanes.byRank[rank] as Lane;
    if (lane.isEmpty) this.#waiting[rank]?.push(lane);
    lane.calls.push(call);
    lanes.onPushed();
    if (this.#waitingCount === 0) beginWork();
    this.#waitingCount += 1;
    // Another loop runs by now: behind it, those that came before would wait for its end.
    const entryCount = loop === this.#loop ? 1 : this.#waitingCount;
    this.#loop = loop;
    for (let count = 0; count < entryCount; count += 1) scheduleOn(loop, this);
  }

  /** For the loop: starts the call whose turn it is. */
  run(): void {
    neutralScope.runInAsyncScope(startNext, undefined, this);
    if (this.#waitingCount === 0) endWork();
  }

  /** Takes the call whose turn it is out of its lane. */
  next(): QueuedCall | undefined {
    this.#turnCount += 1;
    const isForLeftBehind = this.#turnCount % callsPerLeftBehind === 0;
    const rank = isForLeftBehind ? this.#rankLeftBehind() : this.#highestRank();
    const lanes = this.#waiting[rank];
    const [lane] = lanes ?? [];
    if (lanes === undefined || lane === undefined) return undefined;
    this.#lastTurns[rank] = this.#turnCount;
    const call = lane.calls.shift();
    this.#waitingCount -= 1;
    if (lane.isEmpty) lanes.shift();
    else if (lanes.length > 1) lanes.push(lanes.shift() as Lane);
    lane.lanes.onTaken();
    return call;
  }

  /** Of those in which calls wait; -1 when none does. */
  #highestRank(): number {
    return this.#waiting.findIndex((each) => each.length > 0);
  }

  /** Of those in which calls wait, the one whose last turn is longest ago. */
  #rankLeftBehind(): number {
    let found = -1;
    for (const [rank, lanes] of this.#waiting.entries()) {
      const isOlder = (this.#lastTurns[rank] ?? 0) < (this.#lastTurns[found] ?? Infinity);
      if (lanes.length > 0 && isOlder) found = rank;
    }
    return found;
  }
}

function startNext(queue: CallQueue): void {
  queue.next()?.start();
}
