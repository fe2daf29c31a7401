/**
 * What a thread knows of its loops and tasks: one record on `globalThis`, under a shared symbol.
 *
 * Two copies of this package in one thread (a library and its user may bring one each) therefore
 * agree on the running loop and the current task. Every thread has its own `globalThis`, so the
 * record is per thread by itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Doorbell } from './doorbell.js';
import type { EventLoop } from './event-loop.js';
import type { TaskOwner } from './task-owner.js';
import type { Task } from './task.js';
import type { Vigil } from './vigil.js';

/** Something that brings work from other threads. */
export interface InboundSource {
  /** Sends what waits to be sent. */
  flush(): void;
  /** Takes what has arrived, without waiting. */
  poll(): void;
}

/** The record of one thread. Fields are only ever added, never changed: other copies read them. */
export interface Registry {
  /** The loop that runs in this thread now. */
  running: EventLoop | null;
  /** The loop that runs whenever no other does: see `HostEventLoop.runInBackground`. */
  background: EventLoop | null;
  /** The loop that `setEventLoop` set. */
  current: EventLoop | null;
  /** What `setLoopFactory` set. */
  factory: (() => EventLoop) | null;
  /** Whose step runs now; `null` in a plain callback; `undefined` outside a tick. */
  stepping: TaskOwner | null | undefined;
  /** To whose task an async function and all that it awaits belongs. */
  readonly asyncTask: AsyncLocalStorage<TaskOwner | undefined>;
  /** The unfinished tasks of each loop. */
  readonly tasks: WeakMap<EventLoop, Task<unknown>[]>;
  /** How many tasks this thread has named. */
  taskCount: number;
  /** By which other threads wake this one while a blocking loop has it parked. */
  doorbell: Doorbell;
  /** Whether this thread stays awake for messages; `null` where it knows no other thread. */
  vigil: Vigil | null;
  /** Where calls from other threads come in, for loops that have to look for themselves. */
  readonly inbound: Set<InboundSource>;
  /** How often Node is known to have had the thread: counted where it brings messages. */
  nodeTurnCount: number;
  /** The thread's place among the others, kept by `src/threads/`. */
  directory: unknown;
  /** The thread's place at a coordinator that it joined, `null` without; kept by `src/threads/`. */
  attachment: unknown;
  /** The thread's places in tables of threads, by the table's id; kept by `src/shared/`. */
  members: Map<number, unknown>;
  /** The objects that other threads may use, by name; kept by `src/threads/`. */
  exposed: unknown;
  /** The run of Trio's kind that is under way in the thread; kept by `src/trio/`. */
  trioRun: unknown;
  /** Whether the thread is inside a blocking wait, where no user code may run. */
  isBlocked: boolean;
  /** User code that came up in a blocking wait, in order; kept by `src/threads/`. */
  readonly deferred: (() => void)[];
}

const key = Symbol.for('threadloop');
const holder = globalThis as { [key]?: Registry };

/** The record of this thread. */
export const registry: Registry = (holder[key] ??= {
  running: null,
  background: null,
  current: null,
  factory: null,
  stepping: undefined,
  asyncTask: new AsyncLocalStorage(),
  tasks: new WeakMap(),
  taskCount: 0,
  doorbell: new Doorbell(),
  vigil: null,
  inbound: new Set(),
  nodeTurnCount: 0,
  directory: null,
  attachment: null,
  members: new Map(),
  exposed: null,
  trioRun: null,
  isBlocked: false,
  deferred: [],
});
