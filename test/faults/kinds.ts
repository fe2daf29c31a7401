// Every kind of call: how it is made, and what cannot happen to it.

import {
  type CallOptions,
  type Coordinator,
  remoteFunction,
  type RemoteLoop,
  remoteModule,
  SharedLock,
} from 'threadloop';
import type { Patient } from './fixtures/patients.js';
import { until } from './fixtures/until.js';

export const patients = remoteModule<typeof import('./fixtures/patients.js')>(
  new URL('./fixtures/patients.ts', import.meta.url),
);

/** Where a call stands when its thread dies. */
export const phases = ['starting', 'queued', 'running', 'answering', 'shutting down'] as const;
export type Phase = (typeof phases)[number];

/** Some threads: one that dies, and one beside it. */
export interface Ward {
  readonly coordinator: Coordinator;
  readonly loop: RemoteLoop;
  readonly sibling: RemoteLoop;
}

/** One call. */
export interface Call {
  /** Of the module with the function: by default `patients`. */
  readonly url: string;
  readonly options: CallOptions;
  readonly started: Int32Array;
  readonly end: Int32Array;
}

/** A kind of call. */
export interface Kind {
  readonly title: string;
  /** Makes one; resolves to its value or to its error. */
  readonly make: (ward: Ward, call: Call) => PromiseLike<unknown>;
  /** What it fails with when its thread dies. */
  readonly error: string;
  /** Why there is no such call in a phase; empty where there is. */
  readonly absent: Partial<Record<Phase, string>>;
  /** Keeps its thread busy, so that no other call can run beside it. */
  readonly isAlone?: boolean;
}

type Made = (started: Int32Array, end: Int32Array) => unknown;
const at = (url: string, name: string) => remoteFunction<Made>(url, name);

const run =
  (name: string) =>
  ({ loop }: Ward, { url, options, started, end }: Call): PromiseLike<unknown> =>
    loop.with(options).runCoroutineThreadsafe(at(url, name), started, end);

export const kinds: readonly Kind[] = [
  {
    title: 'post',
    make: async ({ loop }, { url, options, started }) => {
      loop.with(options).callSoonThreadsafe(at(url, 'post'), started, started);
      return 'nobody waits';
    },
    error: 'nobody waits',
    absent: { answering: 'nobody waits for an answer' },
  },
  { title: 'coroutine', make: run('coroutine'), error: 'LoopDiedError', absent: {} },
  { title: 'async function', make: run('asyncFunction'), error: 'LoopDiedError', absent: {} },
  {
    title: 'function',
    make: run('syncFunction'),
    error: 'LoopDiedError',
    absent: {},
    isAlone: true,
  },
  {
    title: 'stream',
    make: async ({ loop }, { url, options, started, end }) => {
      const stream = loop.with(options).iterate(at(url, 'items'), started, end);
      for await (const item of stream) return item;
      return 'empty';
    },
    error: 'LoopDiedError',
    absent: {},
  },
  {
    title: 'proxy',
    make: async ({ loop }, { started, end }) => {
      using patient = loop.proxy<Patient>('patient');
      return await patient.wait(started, end);
    },
    error: 'LoopDiedError',
    absent: { starting: 'its object is there before its methods are called' },
  },
  {
    title: 'blocking wait',
    make: ({ loop, sibling }, { url, options, started, end }) =>
      sibling.runCoroutineThreadsafe(
        patients.waitBlocking,
        loop.name,
        options,
        at(url, 'asyncFunction') as never,
        started,
        end,
      ),
    error: 'LoopDiedError',
    absent: {},
  },
  {
    title: 'shared lock',
    make: async ({ loop }, { options, started, end }) => {
      const lock = new SharedLock();
      loop
        .with(options)
        .runCoroutineThreadsafe(patients.hold, lock, started, end)
        .catch(() => {});
      await until(started);
      const held = await lock.acquire();
      held.release();
      return 'well';
    },
    error: 'BrokenLockError',
    absent: {
      starting: 'a call that has not begun holds no lock',
      queued: 'a call that has not begun holds no lock',
    },
  },
];
