/**
 * A pool for a loop that blocks its thread, in a thread of its own whose loop turns.
 *
 * Piscina hears of its threads by Node's events, which do not reach a blocked thread. So calls go
 * over a link, as to any other loop: the blocking loop polls it, and is woken by its doorbell.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import { LoopDiedError } from '../errors.js';
import { threadName } from '../loop/current-loop.js';
import type { ExecutorShutdownOptions } from '../loop/executor.js';
import { registry } from '../loop/registry.js';
import { giveUpPlace, keepPlace } from '../shared/member.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getDirectory } from '../threads/directory.js';
import { Notice } from '../threads/notices.js';
import type { WorkerSeed } from '../threads/notices.js';
import { Peer } from '../threads/peer.js';
import { remoteModule } from '../threads/remote-function.js';
import { threadData, threadFile } from '../threads/thread-file.js';
import { inheritedExecArgv } from '../threads/thread-options.js';
import type { FunctionAddress } from '../wire/message.js';
import type { Counts } from './counts.js';
import type { FilledOptions } from './options.js';

const served = remoteModule<typeof import('./served-pool.js')>(
  new URL('./served-pool.js', import.meta.url),
);

const name = 'executor';

/** As `Pool`, for a caller that may be blocked. */
export class PoolInThread {
  readonly #peer: Peer;
  #ended: ConcurrentFuture<boolean> | null = null;

  constructor(options: FilledOptions, counts: Counts) {
    this.#peer = startThread();
    void this.#peer.post(served.openPool, [options, counts.memory]);
  }

  submit(address: FunctionAddress, args: readonly unknown[]): ConcurrentFuture<unknown> {
    return this.#peer.call(served.submitToPool, [address, args]);
  }

  shutdown(options: ExecutorShutdownOptions): ConcurrentFuture<boolean> {
    // The thread ends behind the first answer, and has then nothing left to shut down.
    if (this.#ended?.done() === true) return this.#ended;
    const ended = this.#peer.call(served.shutDownPool, [options]) as ConcurrentFuture<boolean>;
    ended.addDoneCallback(() => {
      if (this.#ended?.done() !== true) this.#peer.notice(Notice.stop, { cancel: false });
      this.#ended = ended;
    });
    return ended;
  }
}

function startThread(): Peer {
  const { port1, port2 } = new MessageChannel();
  const doorbell = keepPlace();
  const home = { name: threadName(), threadId: null, doorbell: registry.doorbell.address };
  const seed: WorkerSeed = {
    name,
    doorbell: doorbell.address,
    home,
    port: port2,
    siblings: [],
    initialize: null,
  };
  const execArgv = inheritedExecArgv();
  const worker = new Worker(threadFile, {
    name,
    workerData: threadData(seed),
    transferList: [port2],
    ...(execArgv === null ? {} : { execArgv }),
  });
  // The port is referenced as long as an answer is due.
  worker.unref();
  const death = new LoopDiedError({ loop: name, exitCode: null, reason: 'it was shut down' });
  const peer = new Peer({
    name,
    host: getDirectory(),
    onNotice: () => undefined,
    open: () => {
      throw death;
    },
  });
  peer.doorbell = doorbell;
  peer.attachNode(port1);
  worker.on('exit', () => {
    giveUpPlace(doorbell);
    peer.close(death);
  });
  return peer;
}
