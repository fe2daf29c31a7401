/**
 * A thread's place at a coordinator that did not start it, from `attachLoop()` to its end.
 *
 * Runs in that thread.
 *
 * | state     | what it means                                              | next                |
 * |-----------|------------------------------------------------------------|---------------------|
 * | joining   | has applied, and waits for the answer                      | attached, detached  |
 * | attached  | calls come and go                                          | detaching, detached |
 * | detaching | takes no new calls; those under way end, or are cancelled  | detached            |
 * | detached  | the others do not know this thread any more                | –                   |
 *
 * Leaving is orderly: the coordinator tells all loops, each says farewell over its link, and what
 * they called before begins and ends here first. See "A name passes…" in `docs/architecture.md`.
 */
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError, LoopLeftError } from '../errors.js';
import type { EventLoop } from '../loop/event-loop.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { cancelAllTasks } from '../tasks/cancel-all-tasks.js';
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { BackgroundLoop } from './background-run.js';
import { whenUnblocked } from './blocking-wait.js';
import { CallQueue } from './call-queue.js';
import { getDirectory } from './directory.js';
import type { Directory } from './directory.js';
import { Membership } from './membership.js';
import { Notice } from './notices.js';
import type { LoopEntry, StopOrder, Welcome } from './notices.js';

/** Options of `AttachedLoop.detach()`. */
export interface DetachOptions {
  /** Whether calls that are under way are cancelled. Default `false`: they are carried out. */
  readonly cancel?: boolean;
}

/** Milliseconds that a thread waits for its coordinator to hang up. A guess, safe to change. */
const patienceMs = 1_000;

/** What a joining thread waits for. */
interface Settling<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** This thread's place among the loops of a coordinator. */
export class AttachedLoop implements AsyncDisposable {
  static {
    printsAsText(this);
  }

  /** The loop on which calls of other threads run, when no other one runs here. */
  readonly loop: EventLoop;
  /** Resolves when this thread is detached, however that came, with the reason in words. */
  readonly detached: Promise<string>;
  /** For `attachLoop()`: when the coordinator has answered. */
  readonly welcomed: Promise<void>;
  readonly #background: BackgroundLoop;
  readonly #directory: Directory = getDirectory();
  readonly #membership: Membership;
  readonly #nameBefore: string = getDirectory().name;
  readonly #queueBefore: CallQueue = getDirectory().queue;
  readonly #welcome: Settling<void> = settling();
  readonly #end: Settling<string> = settling();
  readonly #keepAlive = new KeepAlive();
  #state: 'joining' | 'attached' | 'detaching' | 'detached' = 'joining';
  #isCancelling = false;
  #hasNewCall = false;
  /** Why it leaves, once nothing of it is under way any more. */
  #farewell: string | null = null;
  #patience: NodeJS.Timeout | undefined;

  /** For the runtime: see `attachLoop()`. */
  constructor(home: LoopEntry, port: MessagePort, background: BackgroundLoop) {
    this.#background = background;
    this.loop = background.loop;
    this.welcomed = this.#welcome.promise;
    this.detached = this.#end.promise;
    this.#membership = new Membership(this.#directory, home, {
      onNotice: (subject, body) => this.#onNotice(subject, body),
      onHungUp: () => this.#onHungUp(),
    });
    this.#membership.home.attachNode(port);
  }

  /** Under which the others know this thread's loop. */
  get name(): string {
    return this.#directory.name;
  }

  /** From now on the place keeps the thread alive, until `unref()` or its end. */
  ref(): void {
    if (this.#state === 'attached') this.#keepAlive.add('ref');
  }

  /** The place does not keep the thread alive, but for calls that run here. So it begins. */
  unref(): void {
    this.#keepAlive.remove('ref');
  }

  /**
   * Leaves: takes no new calls, which fail with `LoopLeftError`; waits until those have ended that
   * were made, of others here and of this thread elsewhere; and lets go of everything. Afterwards
   * the thread goes on as before, and may attach again. A second call waits for the same end; with
   * `cancel` it hurries it.
   */
  async detach({ cancel = false }: DetachOptions = {}): Promise<void> {
    if (cancel && this.#state !== 'detached') this.#cancelCalls('detached');
    if (this.#state === 'attached') {
      this.#state = 'detaching';
      this.#keepAlive.add('detach');
      this.#membership.home.notice(Notice.detach, null);
    }
    await this.detached;
  }

  /** `detach()`: calls that were made are carried out first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.detach();
  }

  /** For `attachLoop()`: nobody waits for the answer any more. Nothing once it has come. */
  giveUp(): void {
    if (this.#state === 'joining') this.#leave('it was given up');
  }

  toString(): string {
    return `<AttachedLoop name='${this.name}' ${this.#state}>`;
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === Notice.welcome) this.#onWelcome(body as Welcome);
    else if (subject === Notice.refused) {
      this.#welcome.reject(decodeError(body as EncodedError));
      this.#leave('it was refused');
    } else if (subject === Notice.retire) {
      void this.#retire();
    } else if (subject === Notice.stop) {
      const reason = 'its coordinator was shut down';
      whenUnblocked(({ cancel }) => void this.#settle(reason, cancel), body as StopOrder);
    }
  }

  #onWelcome({ name, siblings }: Welcome): void {
    if (this.#state !== 'joining') return;
    this.#state = 'attached';
    this.#directory.rename(name);
    this.#directory.queue = new WatchedCallQueue(() => this.#onCall());
    for (const sibling of siblings) this.#membership.join(sibling);
    this.#welcome.resolve();
  }

  /** Others may still have calls under way to here: the last one is behind their farewells. */
  async #retire(): Promise<void> {
    await Promise.all(this.#membership.peers.map(async (peer) => peer.farewell()));
    await this.#settle('it was detached', this.#isCancelling);
  }

  async #settle(reason: string, cancel: boolean): Promise<void> {
    if (this.#state === 'detached') return;
    this.#state = 'detaching';
    this.#keepAlive.add('detach');
    if (cancel) this.#cancelCalls(reason === 'it was detached' ? 'detached' : 'shutdown');
    const { peers } = this.#membership;
    await Promise.all(peers.map(async (peer) => peer.idle()));
    await Promise.all(peers.map(async (peer) => peer.answered()));
    await this.#endTasks();
    // Meanwhile the coordinator may have hung up, or been shut down while this thread left.
    if ((this.#state as string) === 'detached' || this.#farewell !== null) return;
    this.#farewell = reason;
    this.#membership.home.notice(Notice.stopped, null);
    // The coordinator hangs up when the name is free; should it be blocked, this thread does.
    this.#patience = setTimeout(() => this.#leave(reason), patienceMs);
  }

  /** Of a loop that was made for this, nothing goes on. */
  async #endTasks(): Promise<void> {
    const { isOwn, loop } = this.#background;
    if (!isOwn) return;
    try {
      await loop.createTask(cancelAllTasks(loop));
    } catch (exception) {
      loop.callExceptionHandler({ message: 'tasks cannot be cancelled', exception });
    }
  }

  #cancelCalls(message: string): void {
    this.#isCancelling = true;
    for (const peer of this.#membership.peers) {
      peer.cancelIncoming(message);
      peer.cancelOutgoing();
    }
  }

  /** A call of another thread has come: it keeps this thread alive until it has ended. */
  #onCall(): void {
    this.#hasNewCall = true;
    if (this.#keepAlive.add('calls')) void this.#stayForCalls();
  }

  async #stayForCalls(): Promise<void> {
    while (this.#hasNewCall) {
      this.#hasNewCall = false;
      await Promise.all(this.#membership.peers.map(async (peer) => peer.idle()));
    }
    this.#keepAlive.remove('calls');
  }

  #onHungUp(): void {
    if (this.#state === 'detached') return;
    if (this.#farewell !== null) {
      this.#leave(this.#farewell);
      return;
    }
    const { name } = this.#membership.home;
    const reason = `its coordinator's thread '${name}' has hung up`;
    this.#welcome.reject(new LoopDiedError({ loop: name, exitCode: null, reason: 'it hung up' }));
    this.#leave(reason);
  }

  #leave(reason: string): void {
    if (this.#state === 'detached') return;
    this.#state = 'detached';
    clearTimeout(this.#patience);
    const why = `this thread has no place at its coordinator any more: ${reason}`;
    this.#membership.leave(
      (name) => new LoopLeftError(`Loop '${name}' cannot be reached from here: ${why}`),
    );
    this.#directory.queue = this.#queueBefore;
    this.#directory.rename(this.#nameBefore);
    this.#background.end();
    this.#keepAlive.clear();
    this.#end.resolve(reason);
  }
}

/** Tells of every call that comes. */
class WatchedCallQueue extends CallQueue {
  readonly #onCall: () => void;

  constructor(onCall: () => void) {
    super();
    this.#onCall = onCall;
  }

  override push(...args: Parameters<CallQueue['push']>): void {
    super.push(...args);
    this.#onCall();
  }
}

/** Keeps the thread alive while there is a reason. */
class KeepAlive {
  readonly #reasons = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** Whether the reason is new. */
  add(reason: string): boolean {
    if (this.#reasons.has(reason)) return false;
    this.#reasons.add(reason);
    this.#timer ??= setInterval(() => undefined, 2 ** 30);
    return true;
  }

  remove(reason: string): void {
    this.#reasons.delete(reason);
    if (this.#reasons.size === 0) this.clear();
  }

  clear(): void {
    this.#reasons.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function settling<T>(): Settling<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
