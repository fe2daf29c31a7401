/**
 * What stands between a loop and its coordinator: the states that it can be in, and what it needs.
 *
 * | state    | what it means                             | next                           |
 * |----------|-------------------------------------------|--------------------------------|
 * | starting | a thread comes up; calls wait in its port | ready, waiting, stopping, gone |
 * | ready    | calls are carried out                     | stopping, waiting, gone        |
 * | waiting  | a thread died, the brake holds the next   | starting, stopping, gone       |
 * | stopping | told to end once its calls have ended     | gone                           |
 * | gone     | for good; calls are refused               | –                              |
 */
import type { MessagePort } from 'node:worker_threads';
import type { Doorbell } from '../loop/doorbell.js';
import type { Departure, Introduction, Replacement } from '../threads/notices.js';
import type { PeerOptions } from '../threads/peer-options.js';
import type { Peer } from '../threads/peer.js';
import type { CoordinatorEvents } from './events.js';
import type { FilledOptions } from './options.js';
import type { SpawnedThread } from './spawner.js';
import type { SupervisedLoop } from './supervised-loop.js';

/** See the table above. */
export type LoopState = 'starting' | 'ready' | 'waiting' | 'stopping' | 'gone';

/** What a thread of a loop is made of. */
export interface ThreadSeed {
  readonly name: string;
  readonly port: MessagePort;
  readonly doorbell: Doorbell;
}

/** What a supervised loop needs of its coordinator. */
export interface LoopSupervisor {
  readonly options: FilledOptions;
  /** Adds a loop to the directory of the coordinator's thread. */
  addPeer(options: Omit<PeerOptions, 'host'>): Peer;
  spawn(seed: ThreadSeed): SpawnedThread;
  /** A worker asks for a link to a sibling. */
  introduce(from: Introduction, to: string): void;
  /** A worker asks for the end of a sibling's thread. */
  replaceThread(replacement: Replacement): void;
  /** A call of this thread has left the books. Called often: has to be cheap. */
  onAnswer(loop: SupervisedLoop): void;
  /** Something went wrong of which nobody else hears. */
  report(loop: string, message: string, exception: unknown): void;
  /** Tells all other threads. */
  tellOthers(loop: string, subject: string, body: unknown): void;
  /** Tells all other threads that a loop leaves; resolves when none will call it any more. */
  partOthers(leaving: Departure): Promise<void>;
  emit<K extends keyof CoordinatorEvents>(name: K, event: CoordinatorEvents[K]): void;
}

const moves: Readonly<Record<LoopState, readonly LoopState[]>> = {
  starting: ['ready', 'waiting', 'stopping', 'gone'],
  ready: ['stopping', 'waiting', 'gone'],
  waiting: ['starting', 'stopping', 'gone'],
  stopping: ['gone'],
  gone: [],
};

/** An invariant of ours. */
export function assertMove(loop: string, from: LoopState, to: LoopState): void {
  if (moves[from].includes(to)) return;
  throw new Error(`threadloop bug: ${loop} moves from ${from} to ${to}`);
}

/** Why nobody may block this thread until a call is answered that waits for a thread. */
export function startedHere(loop: string): string {
  return `the next thread of loop '${loop}' is started by this one, which cannot do so`;
}
