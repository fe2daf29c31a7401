/**
 * What runs inside a worker thread that a coordinator started.
 *
 * 1. The loop is created and set as the thread's current one.
 * 2. The directory learns the coordinator's thread and the siblings.
 * 3. The loop runs; on it the `initialize` function, then `ready` is told.
 * 4. Calls are served until `stop` is told: what runs then ends or is cancelled, the answers
 *    leave, and the thread ends by itself.
 */
import { MessageChannel, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError } from '../errors.js';
import type { LoopDeath } from '../errors.js';
import { newEventLoop, setEventLoop } from '../loop/current-loop.js';
// Brings the default kind of loop.
import '../loop/host-event-loop.js';
import { Doorbell } from '../loop/doorbell.js';
import type { DoorbellAddress } from '../loop/doorbell.js';
import type { EventLoop } from '../loop/event-loop.js';
import { takePlace } from '../shared/member.js';
import { cancelAllTasks } from '../tasks/cancel-all-tasks.js';
import { encodeError } from '../wire/error-codec.js';
import type { FunctionAddress } from '../wire/message.js';
import type { NodePort } from '../wire/port.js';
import { getDirectory } from './directory.js';
import type { Directory } from './directory.js';
import { resolveExport } from './module-loader.js';
import type { Peer } from './peer.js';

/** A loop that the others may reach. */
export interface LoopEntry {
  readonly name: string;
  readonly threadId: number | null;
  /** Of its thread. */
  readonly doorbell: DoorbellAddress;
}

/** What a worker is born with: `workerData.threadloop`. */
export interface WorkerSeed {
  readonly name: string;
  /** This worker's; it stands in its place in the table of threads. */
  readonly doorbell: DoorbellAddress;
  /** The coordinator's thread. */
  readonly home: LoopEntry;
  /** This worker's end of the link to the coordinator's thread. */
  readonly port: MessagePort;
  readonly siblings: readonly LoopEntry[];
  readonly initialize: FunctionAddress | null;
}

/** The words between a coordinator and its workers: subjects of notices. */
export const Notice = {
  /** To the coordinator: calls are served from now on. */
  ready: 'ready',
  /** To the coordinator: `initialize` failed, with the encoded error; nothing else will come. */
  failed: 'failed',
  /** To the coordinator: all calls have ended; nothing else will come. */
  stopped: 'stopped',
  /** To the coordinator: hand this port to the named sibling. */
  introduce: 'introduce',
  /** To the coordinator: end the thread of the named sibling, and have a new one take its name. */
  replace: 'replace',
  /** To a worker: a sibling's port. */
  introduced: 'introduced',
  /** To a worker: a loop has come, or bears a new thread. */
  joined: 'joined',
  /** To a worker: a loop's thread has died. */
  died: 'died',
  /** To a worker: nobody bears that name any more. */
  left: 'left',
  /** To a worker: end, once the calls have ended; cancelled first where asked. */
  stop: 'stop',
} as const;

/** Bodies of `introduce` and `introduced`. */
export interface Introduction {
  readonly name: string;
  readonly port: MessagePort;
}

/** Body of `replace`. */
export interface Replacement {
  readonly name: string;
  /** Which thread is meant: the name may bear a new one when this arrives. */
  readonly threadId: number | null;
  readonly reason: string;
}

/** Body of `died`. */
interface Obituary {
  readonly death: LoopDeath;
  /** By the clock of the day. */
  readonly atMs: number;
}

/** Body of `stop`. */
interface StopOrder {
  readonly cancel: boolean;
}

/** Runs this thread until its coordinator says stop; called by the file it starts in. */
export async function runWorker(): Promise<void> {
  const seed = (workerData as { threadloop: WorkerSeed }).threadloop;
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

  constructor(seed: WorkerSeed, loop: EventLoop, directory: Directory) {
    this.#seed = seed;
    this.#loop = loop;
    this.#directory = directory;
    this.#home = directory.add({
      name: seed.home.name,
      onNotice: (subject, body) => this.#onNotice(subject, body),
      open: () => {
        throw new LoopDiedError({ loop: seed.home.name, exitCode: null, reason: 'it hung up' });
      },
    });
    this.#join(seed.home);
    for (const sibling of seed.siblings) this.#join(sibling);
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
    const { initialize } = this.#seed;
    if (initialize === null) return;
    const fn = await resolveExport(initialize.url, initialize.name);
    await this.#loop.createTask(() => fn(), { name: 'initialize' });
  }

  /** The order of steps is the one that loses nothing: see `docs/architecture.md`. */
  async #stop({ cancel }: StopOrder): Promise<void> {
    const peers = this.#directory.peers();
    if (cancel) for (const peer of peers) peer.cancelIncoming('shutdown');
    await Promise.all(peers.map((peer) => peer.idle()));
    await this.#loop.createTask(cancelAllTasks(this.#loop));
    this.#home.notice(Notice.stopped, null);
    const reason = 'its coordinator was shut down';
    for (const peer of peers) {
      peer.close(new LoopDiedError({ loop: peer.name, exitCode: null, reason }));
    }
    this.#loop.stop();
  }

  #join({ name, threadId, doorbell }: LoopEntry): void {
    const peer =
      this.#directory.peer(name) ??
      this.#directory.add({
        name,
        onNotice: () => undefined,
        open: () => this.#openTo(name),
        replaceThread: (reason) => this.#askToReplace(name, reason),
      });
    peer.threadId = threadId;
    peer.doorbell = new Doorbell(doorbell);
  }

  /** What is sent before the sibling has its end waits in the channel. */
  #openTo(name: string): NodePort {
    const { port1, port2 } = new MessageChannel();
    const introduction: Introduction = { name, port: port2 };
    this.#home.notice(Notice.introduce, introduction, [port2]);
    return (this.#directory.peer(name) as Peer).portOver(port1);
  }

  #askToReplace(name: string, reason: string): void {
    const victim = this.#directory.peer(name)?.threadId ?? null;
    const replacement: Replacement = { name, threadId: victim, reason };
    this.#home.notice(Notice.replace, replacement);
  }

  #onNotice(subject: string, body: unknown): void {
    switch (subject) {
      case Notice.joined:
        this.#join(body as LoopEntry);
        break;
      case Notice.introduced: {
        const { name, port } = body as Introduction;
        this.#directory.peer(name)?.attachNode(port);
        break;
      }
      case Notice.died: {
        const { death, atMs } = body as Obituary;
        this.#directory.peer(death.loop)?.mourn(new LoopDiedError(death), atMs);
        break;
      }
      case Notice.left: {
        const death = body as LoopDeath;
        this.#directory.peer(death.loop)?.close(new LoopDiedError(death));
        this.#directory.remove(death.loop);
        break;
      }
      case Notice.stop:
        void this.#stop(body as StopOrder);
        break;
      default:
    }
  }
}
