/**
 * Tokens in other threads than that of their run: how they travel, and where they lead.
 *
 * What travels is the name of the thread, the number of the run, and a shared word that tells when
 * the run is over: so a token is refused at once there, too.
 */
import { InvalidStateError, RunFinishedError } from '../errors.js';
import { getDirectory } from '../threads/directory.js';
import type { Peer } from '../threads/peer.js';
import { assertRemoteFunction, remoteModule } from '../threads/remote-function.js';
import type { RemoteFunction } from '../threads/remote-function.js';
import { EntryQueue, TrioToken } from '../trio/entry-queue.js';
import type { Entry } from '../trio/entry-queue.js';
import * as run from '../trio/run-functions.js';
import { registerDormantClass, wakeDormantClasses } from '../wire/registered-classes.js';
import { runNumber } from './run-numbers.js';

const home = remoteModule<typeof import('./entries.js')>(new URL('./entries.js', import.meta.url));

/** By which a run is reached from another thread. */
export interface RunAddress {
  /** The name of its thread. */
  readonly thread: string;
  readonly id: number;
  /** One word: 1 once the run is over. */
  readonly closed: Int32Array;
}

/** The way to a run in another thread. */
export class FarEntry implements Entry {
  readonly address: RunAddress;

  constructor(address: RunAddress) {
    this.address = address;
  }

  order(fn: unknown, args: unknown[], isIdempotent: boolean): void {
    this.refuseClosed();
    assertRemoteFunction(fn, 'runSyncSoon');
    const { url, name } = fn as RemoteFunction;
    const { thread, id } = this.address;
    peerOf(thread).post(home.orderSoon, [id, { url, name }, args, isIdempotent]);
  }

  /** @throws RunFinishedError */
  refuseClosed(): void {
    if (Atomics.load(this.address.closed, 0) !== 0) throw new RunFinishedError('run() has exited');
  }
}

/** @throws LoopNotFoundError when that thread cannot be reached from here */
export function peerOf(thread: string): Peer {
  const directory = getDirectory();
  void directory.getLoop(thread);
  return directory.peer(thread) as Peer;
}

/** What a token is taken apart into. */
interface TokenData extends RunAddress {
  readonly isIdempotent: boolean;
}

registerDormantClass<TrioToken, TokenData>(TrioToken, {
  // Users may have a class of the same name.
  name: 'threadloop.TrioToken',
  encode: ({ entry, isIdempotent }) => ({ ...addressOf(entry), isIdempotent }),
  decode: ({ isIdempotent, ...address }) => new TrioToken(entryAt(address), isIdempotent),
});

function addressOf(entry: Entry): RunAddress {
  if (entry instanceof FarEntry) return entry.address;
  if (!(entry instanceof EntryQueue)) throw new InvalidStateError('this token cannot travel');
  return { thread: getDirectory().name, id: runNumber(entry), closed: entry.closed };
}

/** A token that comes home leads to its run without a detour. */
function entryAt(address: RunAddress): Entry {
  const isHome = address.thread === getDirectory().name;
  const here = isHome ? homeEntries.get(address.id)?.deref() : undefined;
  return here ?? new FarEntry(address);
}

const homeEntries = new Map<number, WeakRef<EntryQueue>>();

/**
 * The way into the run of this thread, for code outside of its tasks. It may be an argument of a
 * call to another thread; a module there has to import `threadloop/trio`.
 *
 * @throws NoRunningLoopError outside a run
 */
export function currentTrioToken(): TrioToken {
  const token = run.currentTrioToken();
  const queue = token.entry as EntryQueue;
  const id = runNumber(queue);
  if (!homeEntries.has(id)) {
    wakeDormantClasses();
    homeEntries.set(id, new WeakRef(queue));
    queue.whenClosed(() => homeEntries.delete(id));
  }
  return token;
}
