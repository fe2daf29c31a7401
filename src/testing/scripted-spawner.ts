/**
 * Threads that live and die as a test says: the test body of the spawner seam.
 *
 * No thread is made: each scripted one lives in the coordinator's thread and speaks to it through
 * the very port that a worker would get. The script says what it does; left alone it starts, leaves
 * calls unanswered, and ends when it is told to. So deaths, restarts and their timing can be tested
 * step by step, with fake timers.
 */
import type { SpawnedThread, Spawner, ThreadExit } from '../coordinator/spawner.js';
import { CancelledError } from '../errors.js';
import { IncomingWords, wordsNotice } from '../threads/call-words.js';
import type { WordMemory } from '../threads/call-words.js';
import { Notice } from '../threads/notices.js';
import type { LateError, Measurement, WorkerSeed } from '../threads/notices.js';
import { Parting } from '../threads/parting.js';
import { encodeError } from '../wire/error-codec.js';
import { Link } from '../wire/link.js';
import { Operation } from '../wire/message.js';
import type { CallKind } from '../wire/message.js';
import { NodePort } from '../wire/port.js';

/** A call that reached a scripted thread and waits for the test to answer it. */
export interface ScriptedCall {
  /** Of the function. */
  readonly name: string;
  readonly args: readonly unknown[];
  /** The message of a cancel that came for it, `null` while none did. */
  cancelMessage: string | null;
  /** Begins it, where the thread does not do so by itself; `false` when it has been withdrawn. */
  start(): boolean;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/** What a thread does; called once for each thread that is born. */
export type ThreadScript = (thread: ScriptedThread) => void;

/** A thread that does what the test says. */
export class ScriptedThread implements SpawnedThread {
  /** What it was born with. */
  readonly seed: WorkerSeed;
  readonly threadId: number;
  /** All that was to be called here, answered or not, in order of arrival; posts too. */
  readonly calls: ScriptedCall[] = [];
  /** Subjects of what the coordinator said, in order of arrival. */
  readonly heard: string[] = [];
  /** How often the coordinator ended it by force. */
  terminateCount = 0;
  /** Whether it keeps the process alive. */
  isReferenced = true;
  /** Share of time that it says it was busy. */
  busyShare = 0;
  /** Of its heap, as it tells when it is asked. */
  heapUsedMB = 0;
  /** What it does when told to stop, or to retire. By default it ends well. */
  onStop: () => void = () => {
    this.stopped();
    this.exit();
  };
  /** What it does when terminated. By default it ends with exit code 1, as a worker does. */
  onTerminate: () => void = () => this.exit({ exitCode: 1 });
  /** Whether a call starts as soon as it comes; else the test starts it. */
  startsCalls = true;
  /** What it does with a call. By default it leaves it unanswered. */
  onCall: (call: ScriptedCall) => void = () => {};
  readonly #link: Link;
  readonly #words = new IncomingWords();
  readonly #callsById = new Map<number, ScriptedCall>();
  #exit: ThreadExit | null = null;
  #listener: (exit: ThreadExit) => void = () => {};

  /** For `ScriptedSpawner`. */
  constructor(seed: WorkerSeed, threadId: number) {
    this.seed = seed;
    this.threadId = threadId;
    const ignore = (): void => undefined;
    this.#link = new Link(new NodePort(seed.port), {
      onCall: (kind, id, _rank, { name }, args) => this.#onCall(kind, id, name, args),
      onCancel: (id, message) => this.#onCancel(id, message),
      onNotice: (subject, body) => this.#onNotice(subject, body),
      onResult: ignore,
      onError: ignore,
      onUnsendable: ignore,
      onUnreadable: ignore,
      onClosed: ignore,
    });
  }

  /** Whether it has ended. */
  get hasExited(): boolean {
    return this.#exit !== null;
  }

  /** Says that calls are served from now on. */
  ready(): void {
    this.#link.notice(Notice.ready, null);
  }

  /** Says that `initialize` threw. A worker that says so ends by itself right after. */
  failToStart(error: unknown): void {
    this.#link.notice(Notice.failed, encodeError(error));
  }

  /** Says that an error came too late for anybody to take. */
  lateError(thrown: unknown, message = 'Uncaught exception'): void {
    const late: LateError = { message, error: encodeError(thrown) };
    this.#link.notice(Notice.lateError, late);
  }

  /** Says that its calls have ended. A worker that says so ends by itself right after. */
  stopped(): void {
    this.#link.notice(Notice.stopped, null);
  }

  /** Ends: hangs up, and is reported ended in a later microtask. Only the first time counts. */
  exit(exit: Partial<ThreadExit> = {}): void {
    if (this.#exit !== null) return;
    this.#exit = { exitCode: 0, ...exit };
    this.#link.close();
    this.#report();
  }

  onExit(listener: (exit: ThreadExit) => void): void {
    this.#listener = listener;
    if (this.#exit !== null) this.#report();
  }

  terminate(): void {
    this.terminateCount += 1;
    if (!this.hasExited) this.onTerminate();
  }

  ref(): void {
    this.isReferenced = true;
  }

  unref(): void {
    this.isReferenced = false;
  }

  utilization(): number {
    return this.busyShare;
  }

  #report(): void {
    const exit = this.#exit as ThreadExit;
    const listener = this.#listener;
    queueMicrotask(() => listener(exit));
  }

  #onCall(kind: CallKind, id: number, name: string, args: unknown[]): void {
    const start = (): boolean => kind === Operation.Post || this.#words.start(id);
    if (this.startsCalls && !start()) {
      this.#link.answerError(id, new CancelledError());
      return;
    }
    const call: ScriptedCall = {
      name,
      args,
      cancelMessage: null,
      start,
      answer: (value) => this.#link.answerResult(id, value),
      fail: (error) => this.#link.answerError(id, error),
    };
    this.#callsById.set(id, call);
    this.calls.push(call);
    this.onCall(call);
  }

  #onCancel(id: number, message: string | undefined): void {
    const call = this.#callsById.get(id);
    if (call !== undefined) call.cancelMessage = message ?? '';
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === wordsNotice) {
      this.#words.add(body as WordMemory);
      return;
    }
    this.heard.push(subject);
    if (this.hasExited) return;
    if (subject === Notice.stop || subject === Notice.retire) this.onStop();
    const measured: Measurement = { heapUsedMB: this.heapUsedMB };
    if (subject === Notice.leaving) this.#link.notice(Notice.parted, null);
    if (subject === Notice.measure) this.#link.notice(Notice.measured, measured);
    // What it has been given has begun at once.
    if (subject === Parting.farewell) this.#link.notice(Parting.begun, null);
  }
}

/**
 * Makes scripted threads.
 *
 * @example
 * const spawner = new ScriptedSpawner((thread) => thread.ready());
 * const coordinator = await Coordinator.start({ loops: 1, spawner });
 * spawner.threads[0]?.exit({ exitCode: 3 });
 */
export class ScriptedSpawner implements Spawner {
  /** All threads that were made, in order of birth. */
  readonly threads: ScriptedThread[] = [];
  readonly #script: ThreadScript;

  /** @param script - what each thread does at birth. Default: it says that it is ready */
  constructor(script: ThreadScript = (thread) => thread.ready()) {
    this.#script = script;
  }

  spawn(seed: WorkerSeed): ScriptedThread {
    const thread = new ScriptedThread(seed, this.threads.length + 1);
    this.threads.push(thread);
    this.#script(thread);
    return thread;
  }
}
