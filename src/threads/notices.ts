/**
 * The words between a coordinator and its workers: what a worker is born with, and the notices that
 * go to and fro over their link beside the calls. Shapes only.
 */
import type { MessagePort } from 'node:worker_threads';
import type { LoopDeath } from '../errors.js';
import type { DoorbellAddress } from '../loop/doorbell.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { FunctionAddress } from '../wire/message.js';
import type { LateErrors } from './late-errors.js';

/** A loop that the others may reach. */
export interface LoopEntry {
  readonly name: string;
  readonly threadId: number | null;
  /** Of its thread. */
  readonly doorbell: DoorbellAddress;
}

/** Body of `leaving`. */
export interface Departure extends LoopEntry {
  /** In words. */
  readonly reason: string;
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
  /** Called after `initialize`, one after the other, before any call begins. */
  readonly standing?: readonly StandingCall[];
  /** Called when the thread ends in good order. */
  readonly finalize?: FunctionAddress | null;
  /** Default: it dies of them. */
  readonly lateErrors?: LateErrors;
}

/** A call that every thread to come makes. */
export interface StandingCall {
  readonly address: FunctionAddress;
  readonly args: readonly unknown[];
}

/** Of the cancels that a shutdown brings. */
export const ofShutdown: { readonly text: string } = { text: 'shutdown' };

/** The words between a coordinator and its workers: subjects of notices. */
export const Notice = {
  /** To the coordinator: calls are served from now on. */
  ready: 'ready',
  /** To the coordinator: `initialize` failed, with the encoded error; nothing else will come. */
  failed: 'failed',
  /** To the coordinator: an error that nobody could take, as `LateError`. */
  lateError: 'lateError',
  /** To the coordinator: how much memory the thread uses, as `Measurement`. */
  measured: 'measured',
  /** To the coordinator: all calls have ended; nothing else will come. */
  stopped: 'stopped',
  /** To the coordinator, by a thread that joined: let me leave. */
  detach: 'detach',
  /** To the coordinator: hand this port to the named sibling. */
  introduce: 'introduce',
  /** To the coordinator: end the thread of the named sibling, and have a new one take its name. */
  replace: 'replace',
  /** To the coordinator: the answer to `leaving`, behind whatever was made for that loop before. */
  parted: 'parted',
  /** To a thread that joined: you are in, as `Welcome`. */
  welcome: 'welcome',
  /** To a thread that asked to join: you are not, with the encoded error. */
  refused: 'refused',
  /** To a worker: a sibling's port. */
  introduced: 'introduced',
  /** To a worker: a loop has come, or bears a new thread. */
  joined: 'joined',
  /** To a worker: a loop's thread has died. */
  died: 'died',
  /** To a worker: a loop has passed to another thread; the former one gets no more calls. */
  moved: 'moved',
  /** To a worker: the thread that bore a name before has ended. */
  retired: 'retired',
  /** To a worker: a loop takes no more calls, and will leave once all have answered `parted`. */
  leaving: 'leaving',
  /** To a worker: nobody bears that name any more. */
  left: 'left',
  /** To a worker: tell how much memory you use. */
  measure: 'measure',
  /** To a worker: end, once nobody calls any more and the calls have ended. */
  retire: 'retire',
  /** To a worker: end, once the calls have ended; cancelled first where asked. */
  stop: 'stop',
} as const;

/** Bodies of `introduce` and `introduced`. */
export interface Introduction {
  readonly name: string;
  readonly port: MessagePort;
  /** To a worker: another thread than the asking one bears that name by now. */
  readonly isFormer?: boolean;
}

/** Body of `replace`. */
export interface Replacement {
  readonly name: string;
  /** Which thread is meant: the name may bear a new one when this arrives. */
  readonly threadId: number | null;
  readonly reason: string;
}

/** Body of `lateError`. */
export interface LateError {
  readonly message: string;
  readonly error: EncodedError;
}

/** Body of `measured`. */
export interface Measurement {
  readonly heapUsedMB: number;
}

/** Body of `died`. */
export interface Obituary {
  readonly death: LoopDeath;
  /** By the clock of the day. */
  readonly atMs: number;
}

/** Body of `stop`. */
export interface StopOrder {
  readonly cancel: boolean;
}

/** Body of `welcome`. */
export interface Welcome {
  /** Under which the thread is known. */
  readonly name: string;
  readonly siblings: readonly LoopEntry[];
}
