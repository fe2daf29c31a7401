/**
 * This thread as one of those that share: its life, its doorbell, and all that its tasks wait at.
 *
 * One for each thread and table; a thread has one table, as a rule. Other threads never touch what
 * a task waits for. They change shared words and ring; this thread then looks at everything that
 * somebody here waits at (`poll`). How the ring is heard:
 *
 * - on a host loop, by one `Atomics.waitAsync` for the whole thread, ordered before each look, so
 *   that no ring falls between the look and the wait;
 * - on a blocking loop, which parks on the very same doorbell and polls after each parking;
 * - in a blocking call such as `acquireSync()`, by parking on it likewise.
 *
 * A pending `waitAsync` does not keep a Node process alive; the timer of `recheckMs` does, and is
 * there only while somebody waits.
 */
import { AsyncResource } from 'node:async_hooks';
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { LoopClosedError } from '../errors.js';
import { threadName } from '../loop/current-loop.js';
import { Doorbell } from '../loop/doorbell.js';
import type { DoorbellAddress } from '../loop/doorbell.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import type { InboundSource } from '../loop/registry.js';
import { Vigil } from '../loop/vigil.js';
import { ownSystemThreadId } from './system-thread.js';
import { rowOf, ThreadTable } from './thread-table.js';
import { watchThreads } from './thread-watch.js';

/**
 * Milliseconds between two looks at what nobody rang for: a net, below deaths that are told to
 * nobody because the thread that should tell is itself blocked. A guess, safe to change.
 */
const recheckMs = 500;

/**
 * Milliseconds between two looks of a blocking loop that parks on another doorbell than this one:
 * in a thread that is in two tables, since the one that made it had not loaded this yet. A guess,
 * safe to change.
 */
const strangerRecheckMs = 5;

/** Something at which tasks of this thread wait. */
export interface WaitingPlace {
  /** Looks whether any of them may go on. */
  poll(): void;
}

/** A thread in a table. */
export class Member implements InboundSource {
  readonly table: ThreadTable;
  readonly life: number;
  readonly doorbell: Doorbell;
  readonly #places = new Set<WaitingPlace>();
  readonly #known = new Map<number, WeakRef<object>>();
  readonly #forget = new FinalizationRegistry<number>((id) => {
    // Another object may have come in its place.
    if (this.known(id) === undefined) this.#known.delete(id);
  });
  #isListening = false;
  #recheck: NodeJS.Timeout | undefined;

  /** Use `memberOf()`. Enters a thread into the table. */
  constructor(table: ThreadTable, name: string, row?: number) {
    const facts = {
      name,
      threadId,
      parentThreadId: inheritance?.threadId ?? -1,
      systemThreadId: ownSystemThreadId(),
    };
    this.table = table;
    this.life = table.join(facts, row);
    this.doorbell = table.bellOf(this.row);
  }

  get row(): number {
    return rowOf(this.life);
  }

  /** Whether this thread still counts: not after its `exit` event. */
  get isAlive(): boolean {
    return this.table.isAlive(this.life);
  }

  /** In one thread, what is shared is one object, however often it arrives. */
  known(id: number): object | undefined {
    return this.#known.get(id)?.deref();
  }

  /** Has `known` find an object, as long as it is there. */
  remember(id: number, object: object): void {
    this.#known.set(id, new WeakRef(object));
    this.#forget.register(object, id);
  }

  /** To be called before the wait is made known to other threads. */
  beginWaiting(place: WaitingPlace): void {
    if (!this.isAlive) throw new LoopClosedError('This thread is ending: nobody can wait in it');
    this.#places.add(place);
    this.#listen();
    if (this.#recheck !== undefined) return;
    registry.inbound.add(this);
    if (registry.doorbell !== this.doorbell) this.#patrol();
    this.#recheck = setInterval(() => this.#lookAround(), recheckMs);
  }

  endWaiting(place: WaitingPlace): void {
    this.#places.delete(place);
    if (this.#places.size > 0) return;
    registry.inbound.delete(this);
    clearInterval(this.#recheck);
    this.#recheck = undefined;
  }

  /** Looks at everything that tasks of this thread wait at. */
  poll(): void {
    if (!this.isAlive) return;
    for (const place of this.#places) place.poll();
  }

  /** Sends nothing. */
  flush(): void {}

  /** Wakes a thread, which may be this one. */
  ring(row: number): void {
    this.table.bellOf(row).ringAloud();
  }

  /** Blocks until it is so; `false` when the time is over before. */
  block(isSo: () => boolean, timeoutMs: number): boolean {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      this.doorbell.look();
      this.poll();
      if (isSo()) return true;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return false;
      this.doorbell.wait(Math.min(leftMs, recheckMs));
      if (leftMs > recheckMs) this.table.buryMissing();
    }
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    // Whoever happens to wait first must not lend its async context to all others.
    void outside.runInAsyncScope(() => this.doorbell.rung().then(this.#onRing));
  }

  readonly #onRing = (): void => {
    this.#isListening = false;
    if (this.#places.size === 0) return;
    this.#listen();
    this.#look();
  };

  /** Nobody called: what goes wrong is reported, and tried again with the next look. */
  #look(): void {
    try {
      this.poll();
    } catch (exception) {
      const message = 'A look at what this thread shares with others failed';
      reportTo(registry.running, { message, exception });
    }
  }

  /** A timer of the running loop ends its parking, and then it polls. */
  #patrol(): void {
    if (this.#places.size === 0) return;
    registry.running?.callLater(strangerRecheckMs, () => this.#patrol());
  }

  #lookAround(): void {
    this.table.buryMissing();
    this.#look();
  }
}

const outside = new AsyncResource('threadloop.doorbell');

/** What workers inherit from the thread that makes them, by Node's environment data. */
interface Inheritance {
  readonly table: SharedArrayBuffer;
  /** Of the nearest thread above that has loaded this. */
  readonly threadId: number;
}

const key = 'threadloop.shared';
const inheritance = getEnvironmentData(key) as unknown as Inheritance | undefined;

/** Whether other threads know this thread's doorbell: then it must not be replaced. */
let isDoorbellKnown = false;

/** One for all threads: made by the first that loads this, and inherited by all it makes. */
const ownTable = new ThreadTable(inheritance?.table);
setEnvironmentData(key, { table: ownTable.memory, threadId });
watchThreads();

/** This thread in the table of all threads. */
export function ownMember(): Member {
  return memberOf(ownTable);
}

/**
 * Keeps a place for threads that will bear one name in turn, and gives the doorbell in it. When the
 * table is full, they get a doorbell somewhere else, and cannot share.
 */
export function keepPlace(): Doorbell {
  const { table } = ownMember();
  const row = table.keep();
  return row === null ? new Doorbell() : table.bellOf(row);
}

/** Ends what `keepPlace` began. */
export function giveUpPlace({ address }: Doorbell): void {
  const { table } = ownMember();
  if (isInTable(address)) table.giveUp(table.rowOfBell(address));
}

/** Makes this thread the one that has a place which was kept, and its doorbell. */
export function takePlace(address: DoorbellAddress): void {
  if (!isInTable(address)) {
    registry.doorbell = new Doorbell(address);
    isDoorbellKnown = true;
    return;
  }
  const table = new ThreadTable(address.memory);
  memberOf(table, table.rowOfBell(address));
}

/** A table begins with other things; a doorbell of its own has nothing else in its memory. */
function isInTable({ byteOffset }: DoorbellAddress): boolean {
  return byteOffset > 0;
}

/**
 * This thread in a table; joins it on first use.
 *
 * @param row - one that was kept for it
 */
export function memberOf(table: ThreadTable, row?: number): Member {
  const known = registry.members.get(table.id) as Member | undefined;
  if (known !== undefined) return known;
  const member = new Member(table, threadName(), row);
  // Whoever rings for a task here has to reach the thread also while a blocking loop has it parked.
  if (!isDoorbellKnown) {
    registry.doorbell = member.doorbell;
    registry.vigil = new Vigil(table);
  }
  isDoorbellKnown = true;
  registry.members.set(table.id, member);
  process.once('exit', () => table.bury(member.life));
  return member;
}
