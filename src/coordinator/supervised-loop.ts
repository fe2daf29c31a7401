/**
 * One loop of a coordinator, through the lives of the threads that bear its name.
 *
 * Runs on the coordinator's thread.
 *
 * | state    | what it means                              | next                          |
 * |----------|--------------------------------------------|-------------------------------|
 * | starting | a thread comes up; calls wait in its port  | ready, waiting, gone          |
 * | ready    | calls are carried out                      | stopping, waiting, gone       |
 * | waiting  | a thread died, the brake holds the next    | starting, gone                |
 * | stopping | told to end once its calls have ended      | gone                          |
 * | gone     | for good; calls are refused                | –                             |
 */
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError, show } from '../errors.js';
import type { LoopDeath } from '../errors.js';
import { getLoop } from '../threads/directory.js';
import type { Peer, PeerOptions } from '../threads/peer.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import { Notice } from '../threads/worker.js';
import type { Introduction, Replacement } from '../threads/worker.js';
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { NodePort } from '../wire/port.js';
import { Brake } from './brake.js';
import type { SpawnedThread, ThreadExit } from './spawner.js';

/** See the table above. */
export type LoopState = 'starting' | 'ready' | 'waiting' | 'stopping' | 'gone';

/** Milliseconds that a thread has to end by itself, and to write what it printed. A guess. */
const naturalEndMs = 100;

/** What a supervised loop needs of its coordinator. */
export interface LoopSupervisor {
  /** Adds a loop to the directory of the coordinator's thread. */
  addPeer(options: Omit<PeerOptions, 'host'>): Peer;
  spawn(name: string, port: MessagePort): SpawnedThread;
  /** A worker asks for a link to a sibling. */
  introduce(from: string, to: string, port: MessagePort): void;
  /** A call from a worker to a sibling ignores that it was cancelled. */
  replaceThread(replacement: Replacement): void;
  /** A call was answered. */
  onAnswer(loop: SupervisedLoop): void;
  onReady(loop: SupervisedLoop): void;
  onDeath(death: LoopDeath): void;
  onGone(death: LoopDeath): void;
}

const moves: Readonly<Record<LoopState, readonly LoopState[]>> = {
  starting: ['ready', 'waiting', 'stopping', 'gone'],
  ready: ['stopping', 'waiting', 'gone'],
  waiting: ['starting', 'gone'],
  stopping: ['gone'],
  gone: [],
};

/** A loop that is kept alive. */
export class SupervisedLoop {
  readonly loop: RemoteLoop;
  readonly peer: Peer;
  /** Resolves when the first thread is ready; rejects when none could be made so. */
  readonly started: Promise<void>;
  readonly #supervisor: LoopSupervisor;
  readonly #brake = new Brake();
  #state: LoopState = 'waiting';
  #thread: SpawnedThread | null = null;
  #incarnation = 0;
  #startedAtMs = 0;
  #completedAtStart = 0;
  #startFailure: unknown = null;
  #endReason: string | null = null;
  #wasEverReady = false;
  #replacement: NodeJS.Timeout | undefined;
  #nextPort: MessagePort | null = null;
  #settleStarted!: (failure: Error | null) => void;
  readonly #onGone: (() => void)[] = [];

  constructor(name: string, supervisor: LoopSupervisor) {
    this.#supervisor = supervisor;
    this.peer = supervisor.addPeer({
      name,
      onNotice: (subject, body) => this.#onNotice(subject, body),
      open: () => this.#open(),
      replaceThread: (reason) => this.restart(reason),
      onAnswer: () => supervisor.onAnswer(this),
      whyNotBlock: () => this.#whyNotBlock(),
    });
    this.loop = getLoop(name);
    this.started = new Promise((resolve, reject) => {
      this.#settleStarted = (failure) => (failure === null ? resolve() : reject(failure));
    });
    this.#spawn();
  }

  get name(): string {
    return this.peer.name;
  }

  get state(): LoopState {
    return this.#state;
  }

  /** How many threads have borne the name, the present one included. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** The share of time in which the thread was busy since this was last asked. */
  utilization(): number {
    return this.#thread?.utilization() ?? 0;
  }

  /** Ends the thread at once; a new one takes the name. */
  restart(reason: string): void {
    this.#endReason = reason;
    this.#thread?.terminate();
  }

  /** As `restart`, if the name has borne no other thread since. */
  replace({ threadId, reason }: Replacement): void {
    if (threadId === null || threadId === this.peer.threadId) this.restart(reason);
  }

  /** Tells the thread to end by itself, after its calls or by cancelling them. */
  stop(cancel: boolean): Promise<void> {
    if (this.#state === 'ready') {
      this.#move('stopping');
      this.peer.notice(Notice.stop, { cancel });
    } else {
      this.terminate('its coordinator was shut down');
    }
    return this.gone();
  }

  /** Ends the thread at once, for good. */
  terminate(reason: string): void {
    if (this.#state === 'gone') return;
    if (this.#thread === null) {
      clearTimeout(this.#replacement);
      this.#end({ loop: this.name, exitCode: null, reason }, null);
      return;
    }
    this.#endReason = reason;
    this.#move('stopping');
    this.#thread.terminate();
  }

  /** Resolves once the loop is gone. */
  gone(): Promise<void> {
    if (this.#state === 'gone') return Promise.resolve();
    return new Promise((resolve) => this.#onGone.push(resolve));
  }

  #move(next: LoopState): void {
    if (this.#state === next) return;
    // Whoever waits for the end must live to see it.
    if (next === 'stopping') this.#thread?.ref();
    if (!moves[this.#state].includes(next)) {
      throw new Error(`threadloop bug: ${this.name} moves from ${this.#state} to ${next}`);
    }
    this.#state = next;
  }

  #whyNotBlock(): string | null {
    if (this.#state !== 'waiting') return null;
    return `the next thread of loop '${this.name}' is started by this one, which cannot do so`;
  }

  /** Calls find a port to wait in at any time, also while no thread is there to read it. */
  #open(): NodePort {
    const { port1, port2 } = new MessageChannel();
    this.#nextPort = port2;
    return this.peer.portOver(port1);
  }

  #spawn(): void {
    this.#move('starting');
    this.peer.link();
    const port = this.#nextPort as MessagePort;
    this.#nextPort = null;
    this.#incarnation += 1;
    this.#endReason = null;
    this.#startFailure = null;
    this.#startedAtMs = performance.now();
    this.#completedAtStart = this.peer.completedCount;
    try {
      this.#thread = this.#supervisor.spawn(this.name, port);
    } catch (error) {
      // As if it had died at once: it may work next time, or never.
      this.#startFailure = error;
      queueMicrotask(() => this.#onExit({ exitCode: null, error }));
      return;
    }
    this.peer.threadId = this.#thread.threadId;
    this.#thread.onExit((exit) => this.#onExit(exit));
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === Notice.ready) this.#onReady();
    else if (subject === Notice.failed) {
      this.#startFailure = decodeError(body as EncodedError);
      this.#expectExit();
    } else if (subject === Notice.stopped) this.#expectExit();
    else if (subject === Notice.introduce) {
      const { name, port } = body as Introduction;
      this.#supervisor.introduce(this.name, name, port);
    } else if (subject === Notice.replace) {
      this.#supervisor.replaceThread(body as Replacement);
    }
  }

  /** The thread has said goodbye. What user code left open must not keep it for ever. */
  #expectExit(): void {
    const thread = this.#thread;
    setTimeout(() => thread?.terminate(), naturalEndMs).unref();
  }

  #onReady(): void {
    if (this.#state !== 'starting') return;
    this.#move('ready');
    this.#wasEverReady = true;
    this.#thread?.unref();
    this.#settleStarted(null);
    this.#supervisor.onReady(this);
  }

  #onExit(exit: ThreadExit): void {
    const life = {
      wasReady: this.#state === 'ready',
      livedMs: performance.now() - this.#startedAtMs,
      answeredCount: this.peer.completedCount - this.#completedAtStart,
    };
    const isEnd = this.#state === 'stopping' || !this.#wasEverReady;
    const delayMs = isEnd ? null : this.#brake.delayAfterMs(life);
    const cause = this.#startFailure ?? exit.error;
    const reason = this.#endReason ?? describeExit(exit);
    const death: LoopDeath = { loop: this.name, exitCode: exit.exitCode, reason };
    this.#thread = null;
    if (delayMs === null) this.#end(death, cause);
    else this.#replace(death, cause, delayMs);
  }

  #replace(death: LoopDeath, cause: unknown, delayMs: number): void {
    this.#move('waiting');
    this.peer.mourn(loopDied(death, cause));
    this.#supervisor.onDeath(death);
    // Calls that wait keep the process alive by their port; the timer need not.
    this.#replacement = setTimeout(() => this.#spawn(), delayMs).unref();
  }

  #end(death: LoopDeath, cause: unknown): void {
    this.#move('gone');
    const error = loopDied(death, cause);
    this.peer.close(error);
    this.#nextPort?.close();
    this.#settleStarted(this.#startFailure instanceof Error ? this.#startFailure : error);
    this.#supervisor.onGone(death);
    for (const resolve of this.#onGone.splice(0)) resolve();
  }
}

function loopDied(death: LoopDeath, cause: unknown): LoopDiedError {
  return new LoopDiedError(death, cause === undefined || cause === null ? {} : { cause });
}

function describeExit(exit: ThreadExit): string {
  if (!('error' in exit)) {
    return exit.exitCode === 0 ? 'its thread ended' : 'process.exit() was called';
  }
  const { error } = exit;
  const isMemory = (error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory) return 'out of memory';
  return `uncaught ${error instanceof Error ? error.toString() : show(error)}`;
}
