/**
 * One loop of a coordinator, through the lives of the threads that bear its name. Its states and
 * their moves stand in `loop-supervisor.ts`, the roles of its threads in `loop-threads.ts`.
 *
 * Runs on the coordinator's thread.
 */
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Doorbell } from '../loop/doorbell.js';
import { giveUpPlace, keepPlace } from '../shared/member.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getLoop } from '../threads/directory.js';
import type { Exchange } from '../threads/exchange.js';
import { Notice } from '../threads/notices.js';
import type { LoopEntry } from '../threads/notices.js';
import type { Peer } from '../threads/peer.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { NodePort } from '../wire/port.js';
import { Brake } from './brake.js';
import type { Incarnation, IncarnationOwner } from './incarnation.js';
import { LoopNews } from './loop-news.js';
import { assertMove, startedHere } from './loop-supervisor.js';
import type { LoopState, LoopSupervisor } from './loop-supervisor.js';
import { LoopThreads } from './loop-threads.js';
import { Recycler } from './recycler.js';
import type { SpawnedThread } from './spawner.js';
import { errorOf } from './thread-end.js';
import type { LoopEnd, ThreadEnd } from './thread-end.js';

const [shutDown, resized] = ['its coordinator was shut down', 'its coordinator was resized'];

/** A loop that is kept alive. */
export class SupervisedLoop {
  readonly loop: RemoteLoop;
  readonly peer: Peer;
  readonly threads: LoopThreads = new LoopThreads();
  /** When the first thread is ready; rejects when none could be made so. */
  readonly started: ConcurrentFuture<void> = new ConcurrentFuture();
  /** When no thread bears the name any more. */
  readonly gone: ConcurrentFuture<void> = new ConcurrentFuture();
  readonly #supervisor: LoopSupervisor;
  readonly #brake: Brake;
  readonly #recycler: Recycler;
  readonly #news: LoopNews;
  #state: LoopState = 'waiting';
  #doorbell: Doorbell = keepPlace();
  /** Why the name passed, or will pass, to another thread. */
  #passReason = '';
  #isDue = false;
  /** Once it is to leave: when no sibling calls it any more. */
  #parted: Promise<void> | null = null;
  #wasEverReady = false;
  #replacement: NodeJS.Timeout | undefined;
  #nextPort: MessagePort | null = null;
  #lastEnd: LoopEnd | null = null;

  constructor(name: string, supervisor: LoopSupervisor) {
    const { restart, recycle } = supervisor.options;
    this.#supervisor = supervisor;
    this.#news = new LoopNews(name, supervisor);
    this.#brake = new Brake(restart);
    this.#recycler = new Recycler(
      recycle,
      () => this.threads.bearer?.tell(Notice.measure, null),
      (reason) => this.recycle(reason),
    );
    this.peer = supervisor.addPeer({
      name,
      onNotice: (subject, body, from) => this.threads.behind(from)?.onNotice(subject, body),
      onAnswer: () => {
        this.#recycler.onCallEnded(this.threads.bearer?.exchange.completedCount ?? 0);
        supervisor.onAnswer(this);
      },
      open: () => this.#open(),
      replaceThread: (reason, threadId) => this.replace(reason, threadId),
      whyNotBlock: () => (this.#state === 'waiting' ? startedHere(name) : null),
    });
    this.peer.doorbell = this.#doorbell;
    this.loop = getLoop(name);
  }

  get name(): string {
    return this.peer.name;
  }

  get state(): LoopState {
    return this.#state;
  }

  /** As siblings know it. */
  get entry(): LoopEntry {
    const { name, threadId } = this.peer;
    return { name, threadId, doorbell: this.#doorbell.address };
  }

  /** Makes the first thread, or one in place of a dead one. */
  begin(): void {
    this.#move('starting');
    const exchange = this.peer.link();
    const bearer = this.#incarnate(exchange, this.#nextPort as MessagePort, this.#doorbell);
    this.#nextPort = null;
    this.threads.bearer = bearer;
    this.peer.threadId = bearer.threadId;
  }

  /** Ends the thread at once; a new one takes the name. */
  restart(reason: string): void {
    this.threads.bearer?.terminate(reason);
  }

  /** As `restart`, if it is that thread which bears the name, or did before; `null` is any. */
  replace(reason: string, threadId: number | null): void {
    if (threadId === null) this.restart(reason);
    else this.threads.withId(threadId)?.terminate(reason);
  }

  /** Lets a new thread take the name, and the present one end once its calls are answered. */
  recycle(reason: string): void {
    if (this.#state !== 'ready' || this.threads.next !== null) return;
    this.#passReason = `it was recycled: ${reason}`;
    this.#isDue = this.threads.former !== null;
    if (!this.#isDue) this.#beginRecycling();
  }

  /** Takes no more calls, finishes those that were made, and ends for good. */
  leave(refusal: Error): ConcurrentFuture<void> {
    this.peer.refuse(refusal);
    this.#parted = this.#news.leaving(this.entry, resized);
    if (this.#state === 'ready') this.#beginLeaving();
    // Calls may wait for a thread that comes up: it leaves when it has answered them.
    else if (this.peer.pendingCount === 0) this.terminate(resized);
    return this.gone;
  }

  /** Tells the threads to end by themselves, after their calls or by cancelling them. */
  stop(cancel: boolean): ConcurrentFuture<void> {
    if (this.#state === 'ready' || this.#state === 'stopping') {
      this.#move('stopping');
      this.threads.ref();
      if (cancel) this.peer.cancelWords();
      this.threads.stop(shutDown, cancel);
    } else {
      this.terminate(shutDown);
    }
    return this.gone;
  }

  /** Ends all threads at once, for good. */
  terminate(reason: string): void {
    if (this.#state === 'gone') return;
    this.#move('stopping');
    clearTimeout(this.#replacement);
    this.threads.ref();
    this.threads.terminate(reason);
    if (this.threads.isEmpty) this.#end({ exitCode: null, reason, cause: undefined });
  }

  #move(next: LoopState): void {
    if (this.#state === next) return;
    assertMove(this.name, this.#state, next);
    this.#state = next;
    if (next === 'ready') this.#recycler.begin();
    else this.#recycler.end();
  }

  /** Calls find a port to wait in at any time, also while no thread is there to read it. */
  #open(): NodePort {
    const { port1, port2 } = new MessageChannel();
    this.#nextPort = port2;
    return this.peer.portOver(port1);
  }

  #incarnate(exchange: Exchange, port: MessagePort, doorbell: Doorbell): Incarnation {
    const { startTimeoutMs } = this.#supervisor.options;
    const spawn = (): SpawnedThread => this.#supervisor.spawn({ name: this.name, port, doorbell });
    return this.threads.make(this.#owner, { exchange, doorbell, startTimeoutMs, spawn });
  }

  readonly #owner: IncarnationOwner = {
    onReady: (incarnation) => this.#onReady(incarnation),
    onMeasured: (incarnation, heapUsedMB) => {
      if (incarnation === this.threads.bearer) this.#recycler.onMeasured(heapUsedMB);
    },
    onLateError: (message, error) => this.#supervisor.report(this.name, message, error),
    onIntroduce: (incarnation, { name, port }) => {
      const isFormer = incarnation === this.threads.former;
      this.#supervisor.introduce({ name: this.name, port, isFormer }, name);
    },
    onReplace: (replacement) => this.#supervisor.replaceThread(replacement),
    onEnd: (incarnation, end) => this.#onEnd(incarnation, end),
  };

  #onReady(incarnation: Incarnation): void {
    const isNext = incarnation === this.threads.next;
    if (isNext && this.#state === 'ready') this.#succeed(incarnation);
    else if (!isNext && this.#state === 'starting') this.#move('ready');
    else return;
    if (!isNext && this.#parted === null) this.#news.joined(this.entry);
    this.#news.ready(incarnation, this.#wasEverReady ? this.#passReason : null);
    this.#wasEverReady = true;
    this.started.setResult(undefined);
    if (this.#parted !== null) this.#beginLeaving();
  }

  #beginRecycling(): void {
    const { port1, port2 } = new MessageChannel();
    const doorbell = keepPlace();
    const exchange = this.peer.attachNext(this.peer.portOver(port1, doorbell));
    this.threads.next = this.#incarnate(exchange, port2, doorbell);
    this.threads.next.unref(); // Nobody waits for it.
  }

  /** The next thread takes the name. */
  #succeed(next: Incarnation): void {
    const former = this.threads.succeed();
    this.#doorbell = next.doorbell;
    this.peer.handOver(next.exchange);
    this.peer.threadId = next.threadId;
    this.peer.doorbell = next.doorbell;
    this.#news.moved(this.entry);
    former.retire(this.#passReason);
    this.#recycler.begin();
  }

  #beginLeaving(): void {
    this.#move('stopping');
    this.threads.dropNext(resized);
    this.threads.ref();
    this.peer.handOver();
    // Behind the introductions that siblings asked for before they heard of it.
    void this.#parted?.then(() => this.threads.bearer?.retire(resized));
  }

  #onEnd(incarnation: Incarnation, end: ThreadEnd): void {
    const { bearer, next, former } = this.threads;
    this.threads.remove(incarnation);
    if (incarnation === bearer) this.#onBearerEnd(incarnation, end);
    else {
      this.peer.bury(incarnation.exchange, errorOf(this.name, end));
      giveUpPlace(incarnation.doorbell);
    }
    if (incarnation === next && this.#state === 'ready') {
      // The present thread goes on, and is due again later.
      this.#news.notRecycled(end);
      this.#recycler.beginLater();
    }
    if (incarnation === former) this.#onFormerEnd(incarnation, end);
    if (this.#state === 'stopping' && this.threads.isEmpty) this.#end(this.#lastEnd ?? end);
  }

  #onFormerEnd(former: Incarnation, end: ThreadEnd): void {
    if (!end.isExpected) this.#news.death(former, end, null);
    this.#news.retired(end);
    if (this.#isDue && this.#state === 'ready') this.#beginRecycling();
    this.#isDue = false;
  }

  #onBearerEnd(bearer: Incarnation, end: ThreadEnd): void {
    this.#lastEnd = end;
    if (this.#state === 'stopping') {
      if (!end.isExpected) this.#news.death(bearer, end, null);
      this.peer.bury(bearer.exchange, errorOf(this.name, end));
      return;
    }
    const braked = end.isExpected ? 0 : this.#brake.delayAfterMs(end.life);
    const delayMs = this.#wasEverReady ? braked : null;
    this.#news.death(bearer, end, delayMs);
    if (delayMs !== null) {
      this.#replace(bearer, end, delayMs);
      return;
    }
    // One that still answers for the name has nobody to follow it.
    this.peer.refuse(errorOf(this.name, end));
    this.#move('stopping');
    this.threads.terminate(end.reason);
  }

  #replace(bearer: Incarnation, end: ThreadEnd, delayMs: number): void {
    this.#move('waiting');
    this.threads.dropNext(end.reason);
    this.#passReason = end.reason;
    this.#isDue = false;
    this.peer.bury(bearer.exchange, errorOf(this.name, end));
    this.#news.died(end);
    if (this.#parted !== null && this.peer.pendingCount === 0) this.terminate(resized);
    // Calls that wait keep the process alive by their port; the timer need not.
    else this.#replacement = setTimeout(() => this.begin(), delayMs).unref();
  }

  #end(end: LoopEnd): void {
    this.#move('gone');
    const error = errorOf(this.name, end);
    this.peer.close(error);
    this.#nextPort?.close();
    giveUpPlace(this.#doorbell);
    this.started.setException(end.failure instanceof Error ? end.failure : error);
    this.#news.gone(this.threads.bearer, end);
    this.gone.setResult(undefined);
  }
}
