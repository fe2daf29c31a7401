/**
 * What runs inside a worker thread that a coordinator started.
 *
 * 1. The loop is created and set as the thread's current one.
 * 2. The directory learns the coordinator's thread and the siblings.
 * 3. The loop runs; on it the `initialize` function, then `ready` is told.
 * 4. Calls are served until `stop` or `retire` is told: what runs then ends or is cancelled, then
 *    `finalize` runs, the answers leave, and the thread ends by itself.
 */
import { workerData } from 'node:worker_threads';
import { LoopDiedError } from '../errors.js';
import { newEventLoop, setEventLoop } from '../loop/current-loop.js';
// Brings the default kind of loop.
import '../loop/host-event-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { reportTo } from '../loop/exception-handler.js';
import { takePlace } from '../shared/member.js';
import { cancelAllTasks } from '../tasks/cancel-all-tasks.js';
import { encodeError } from '../wire/error-codec.js';
import { interruptBlocked, whenUnblocked } from './blocking-wait.js';
import { getDirectory } from './directory.js';
import type { Directory } from './directory.js';
import { watchLateErrors } from './late-errors.js';
import { Membership } from './membership.js';
import { resolveExport } from './module-loader.js';
import { Notice, ofShutdown } from './notices.js';
import type { LateError, Measurement, StandingCall, StopOrder, WorkerSeed } from './notices.js';
import type { Peer } from './peer.js';
import type { ThreadData } from './thread-file.js';

const bytesPerMB = 1024 * 1024;

/** Runs this thread until its coordinator says stop; called by the file it starts in. */
export async function runWorker(): Promise<void> {
  const seed = (workerData as ThreadData).threadloop;
  takePlace(seed.doorbell);
  const loop = newEventLoop();
  setEventLoop(loop);
  const life = new WorkerLife(seed, loop, getDirectory());
  loop.callSoon(() => void life.begin());
  await loop.runForever();
}

class WorkerLife {
  readonly #seed: WorkerSeed;
  readonly #loop: EventLoop;
  readonly #directory: Directory;
  readonly #home: Peer;
  #isStopping = false;

  constructor(seed: WorkerSeed, loop: EventLoop, directory: Directory) {
    this.#seed = seed;
    this.#loop = loop;
    this.#directory = directory;
    if (seed.lateErrors === 'report') {
      watchLateErrors((message, error) => this.#onLateError(message, error));
    }
    const onNotice = (subject: string, body: unknown): void => this.#onNotice(subject, body);
    const membership = new Membership(directory, seed.home, { onNotice });
    this.#home = membership.home;
    for (const sibling of seed.siblings) membership.join(sibling);
  }

  async begin(): Promise<void> {
    const initialized = this.#initialize();
    // Calls may come from now on; they begin when all is set up, and never if that fails.
    this.#directory.gate = initialized.catch(() => new Promise<void>(() => undefined));
    this.#home.attachNode(this.#seed.port);
    try {
      await initialized;
    } catch (error) {
      this.#home.notice(Notice.failed, encodeError(error));
      this.#loop.stop();
      return;
    }
    this.#directory.gate = null;
    this.#home.notice(Notice.ready, null);
  }

  async #initialize(): Promise<void> {
    const { initialize, standing = [] } = this.#seed;
    if (initialize !== null) await this.#perform('initialize', { address: initialize, args: [] });
    for (const call of standing) await this.#perform('broadcast', call);
  }

  async #perform(name: string, { address, args }: StandingCall): Promise<void> {
    const fn = await resolveExport(address.url, address.name);
    await this.#loop.createTask(() => fn(...(args as never[])), { name });
  }

  /** The order of steps is the one that loses nothing: see `docs/architecture.md`. */
  async #stop({ cancel }: StopOrder): Promise<void> {
    this.#isStopping = true;
    const peers = this.#directory.peers();
    if (cancel) for (const peer of peers) peer.cancelIncoming(ofShutdown.text);
    await Promise.all(peers.map((peer) => peer.idle()));
    try {
      await this.#loop.createTask(cancelAllTasks(this.#loop));
    } catch (exception) {
      // Tasks that wait for each other in a ring are left as they are: they end with the thread.
      this.#loop.callExceptionHandler({ message: 'tasks cannot be cancelled', exception });
    }
    await this.#finalize();
    this.#home.notice(Notice.stopped, null);
    const reason = 'its coordinator was shut down';
    for (const peer of peers) {
      peer.close(new LoopDiedError({ loop: peer.name, exitCode: null, reason }));
    }
    this.#loop.stop();
  }

  /** Others may still have calls under way to here: the last one is behind their farewells. */
  async #retire(): Promise<void> {
    const { name } = this.#directory;
    const others = this.#directory.peers().filter((peer) => peer.name !== name);
    await Promise.all(others.map(async (peer) => peer.farewell()));
    if (!this.#isStopping) await this.#stop({ cancel: false });
  }

  async #finalize(): Promise<void> {
    const { finalize = null } = this.#seed;
    if (finalize === null) return;
    try {
      await this.#perform('finalize', { address: finalize, args: [] });
    } catch (exception) {
      const message = `Exception in ${finalize.name}(), which finalizes '${this.#seed.name}'`;
      reportTo(this.#loop, { message, exception });
    }
  }

  #onLateError(message: string, exception: unknown): void {
    const late: LateError = { message, error: encodeError(exception) };
    try {
      this.#home.notice(Notice.lateError, late);
    } catch {
      // The coordinator has hung up, or the thread has said goodbye.
      reportTo(this.#loop, { message, exception });
    }
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === Notice.measure) {
      const heapUsedMB = process.memoryUsage().heapUsed / bytesPerMB;
      this.#home.notice(Notice.measured, { heapUsedMB } satisfies Measurement);
    } else if (subject === Notice.retire) {
      void this.#retire();
    } else if (subject === Notice.stop) {
      this.#onStop(body as StopOrder);
    }
  }

  #onStop(order: StopOrder): void {
    if (order.cancel) {
      // At once: this thread may be blocked, and what it has called may never give way.
      for (const peer of this.#directory.peers()) peer.cancelWords();
      interruptBlocked(ofShutdown.text);
    }
    whenUnblocked(() => void this.#stop(order), null);
  }
}
