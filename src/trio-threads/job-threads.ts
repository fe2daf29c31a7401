/**
 * The threads in which a run calls functions that block: started when they are needed, kept for a
 * while when they are not, and gone with the run. After Trio's thread cache, and AnyIO's rule that
 * it ends with its loop.
 *
 * On the thread of the run. They are threads like those of a coordinator, with a loop and a link
 * of their own, but without a place in the directory: nobody else has business with them. How
 * many there are at once is the limiter's affair.
 *
 * | state | moves to    | by                                                          |
 * |-------|-------------|-------------------------------------------------------------|
 * | busy  | idle, ended | the end of its job; its death                               |
 * | idle  | busy, ended | the next job, the latest first; time, or the end of the run |
 * | ended | –           |                                                             |
 */
import { MessageChannel, threadId } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { WorkerSpawner } from '../coordinator/spawner.js';
import type { SpawnedThread, ThreadExit } from '../coordinator/spawner.js';
import { LoopDiedError, showError } from '../errors.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import { giveUpPlace, keepPlace } from '../shared/member.js';
import { getDirectory } from '../threads/directory.js';
import { Notice } from '../threads/notices.js';
import { Peer } from '../threads/peer.js';
import type { RemoteCall } from '../threads/remote-call.js';
import type { FunctionAddress } from '../wire/message.js';

/** As long as Trio keeps an idle thread, in milliseconds. A guess, safe to change. */
const idleTimeoutMs = 10_000;

/** Milliseconds that a thread has to end by itself, and to write what it printed. A guess. */
const naturalEndMs = 100;

const spawner = new WorkerSpawner();

let threadCount = 0;

/** The threads of one run. */
export class JobThreads {
  /** The latest last: its caches are warm. */
  readonly #idle: JobThread[] = [];
  #isOver = false;

  /** One that is idle, or a new one. Give it back. */
  take(): JobThread {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (thread.isAlive) return thread.resume();
    }
    return new JobThread();
  }

  /** Its job has ended. */
  giveBack(thread: JobThread): void {
    if (!thread.isAlive) return;
    if (this.#isOver) thread.end();
    else this.#idle.push(thread.rest());
  }

  /** The run is over: ends the idle ones now, and the others behind their jobs. */
  end(): void {
    this.#isOver = true;
    for (const thread of this.#idle.splice(0)) thread.end();
  }
}

/** A thread, as the run's thread holds it. */
export class JobThread {
  isAlive = true;
  readonly #name: string;
  readonly #peer: Peer;
  readonly #port: MessagePort;
  readonly #thread: SpawnedThread;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor() {
    threadCount += 1;
    this.#name = `trio-thread-${threadCount}`;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const directory = getDirectory();
    const doorbell = keepPlace();
    this.#peer = new Peer({
      name: this.#name,
      host: directory,
      onNotice: (subject) => this.#onNotice(subject),
      open: () => {
        throw this.#death({ exitCode: null });
      },
    });
    this.#peer.doorbell = doorbell;
    this.#peer.attachNode(port1);
    this.#thread = spawner.spawn({
      name: this.#name,
      doorbell: doorbell.address,
      home: { name: directory.name, threadId, doorbell: registry.doorbell.address },
      port: port2,
      siblings: [],
      initialize: null,
    });
    // The port is referenced as long as an answer is due.
    this.#thread.unref();
    this.#thread.onExit((exit) => {
      giveUpPlace(doorbell);
      this.isAlive = false;
      if (this.#peer.pendingCount === 0) reportLate(exit);
      this.#peer.close(this.#death(exit));
    });
  }

  /** Calls a function there. */
  call(fn: FunctionAddress, args: readonly unknown[]): RemoteCall<unknown> {
    return this.#peer.call(fn, args) as RemoteCall<unknown>;
  }

  /** Nobody waits for its job any more: it does not keep the process alive. */
  forget(): void {
    this.#port.unref();
  }

  /** It is idle, for not too long. */
  rest(): this {
    this.#idleTimer = setTimeout(() => this.end(), idleTimeoutMs).unref();
    return this;
  }

  /** It gets another job. */
  resume(): this {
    clearTimeout(this.#idleTimer);
    return this;
  }

  /** Lets it end by itself. */
  end(): void {
    clearTimeout(this.#idleTimer);
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#peer.notice(Notice.stop, { cancel: false });
  }

  #onNotice(subject: string): void {
    if (subject !== Notice.stopped) return;
    // What user code left open must not keep the thread for ever.
    setTimeout(() => this.#thread.terminate(), naturalEndMs).unref();
  }

  #death({ exitCode, error }: ThreadExit): LoopDiedError {
    const reason = error === undefined ? 'its thread ended' : `uncaught ${showError(error)}`;
    const death = { loop: this.#name, exitCode, reason };
    return new LoopDiedError(death, error === undefined ? {} : { cause: error });
  }
}

/** What a job has left behind in its thread has thrown: nobody else hears of it. */
function reportLate({ error }: ThreadExit): void {
  if (error === undefined) return;
  const message = 'Exception in an idle thread of toThread.runSync()';
  reportTo(registry.running, { message, exception: error });
}
