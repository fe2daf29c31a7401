// Every kind of death: how it is brought about, and what those hear of it who waited.

import { type Coordinator, type RemoteLoop, remoteModule } from 'threadloop';
import { newFlag, raise } from '../threads/fixtures/flag.js';
import type { Way } from './fixtures/dying.js';
import { until } from './fixtures/until.js';

const dying = remoteModule<typeof import('./fixtures/dying.js')>(
  new URL('./fixtures/dying.ts', import.meta.url),
);

/** A thread, and the way to its end. */
export interface Death {
  readonly title: string;
  /** In `fixtures/dying.ts`; `wait` where the end comes from outside. */
  readonly way: Way;
  /** What a `LoopDiedError` gives as the reason. */
  readonly reason: string;
  /** Prepares it in that thread, before anything else runs there; gives what brings it about. */
  readonly arm: (coordinator: Coordinator, loop: RemoteLoop) => Promise<() => void>;
  /** Where that is another way in this phase. */
  readonly whileShuttingDown?: {
    readonly reason: string;
    readonly fire: (coordinator: Coordinator) => void;
  };
}

const graceMs = 30;

async function armInside(loop: RemoteLoop, way: Way): Promise<() => void> {
  const [started, go] = [newFlag(), newFlag()];
  void loop.runCoroutineThreadsafe(dying.dieOn, way, started, go).catch(() => {});
  await until(started);
  return () => raise(go);
}

/** Deaths of threads. */
export const deaths: readonly Death[] = [
  {
    title: '`process.exit()`',
    way: 'exit',
    reason: 'process.exit() was called',
    arm: async (_coordinator, loop) => armInside(loop, 'exit'),
  },
  {
    title: 'a throw in a timer',
    way: 'throwInTimer',
    reason: 'uncaught RangeError: a stone',
    arm: async (_coordinator, loop) => armInside(loop, 'throwInTimer'),
  },
  {
    title: 'an unhandled rejection',
    way: 'rejectUnhandled',
    reason: 'uncaught RangeError: lost',
    arm: async (_coordinator, loop) => armInside(loop, 'rejectUnhandled'),
  },
  {
    title: '`coordinator.restart()`',
    way: 'wait',
    reason: 'the matrix asked for it',
    arm: async (coordinator, loop) => () =>
      coordinator.restart(loop.name, 'the matrix asked for it'),
    // A coordinator that shuts down restarts nothing: it ends its threads.
    whileShuttingDown: {
      reason: 'its coordinator was shut down',
      fire: (coordinator) => void coordinator.shutdown({ mode: 'terminate' }),
    },
  },
  {
    title: 'out of memory',
    way: 'eatMemory',
    reason: 'out of memory',
    arm: async (_coordinator, loop) => armInside(loop, 'eatMemory'),
  },
  {
    title: 'an endless loop, after its grace',
    way: 'spin',
    reason: `dieOn() went on for ${graceMs} ms after it was cancelled`,
    arm: async (_coordinator, loop) => {
      const [started, go] = [newFlag(), newFlag()];
      const patient = loop.with({ graceMs });
      const call = patient.runCoroutineThreadsafe(dying.dieOn, 'spin', started, go);
      call.catch(() => {});
      await until(started);
      return () => {
        raise(go);
        // It hears of no cancel any more when that arrives: the loop has begun.
        void until(go).then(() => setTimeout(() => call.cancel(), 5));
      };
    },
  },
];

/** A module that cannot be loaded: its thread lives, and so do the calls of other modules. */
export interface LoadFailure {
  readonly title: string;
  /** Of the module. */
  readonly url: string;
  /** The name of the error. */
  readonly error: string;
}

const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

/** A module whose thread dies while it loads. */
export function stillborn(way: Way): string {
  return new URL(`./fixtures/stillborn.ts?way=${way}`, import.meta.url).href;
}

/** A module that loads for ever. */
export const endless: string = asModule('await new Promise(() => {});');

export const loadFailures: readonly LoadFailure[] = [
  {
    title: 'no such module',
    url: 'file:///there/is/no/such/module.js',
    error: 'ModuleNotFoundError',
  },
  {
    title: 'an import of it fails',
    url: asModule(`import 'file:///there/is/no/such/module.js';`),
    error: 'ModuleNotFoundError',
  },
  { title: 'a syntax error', url: asModule('export const = 1;'), error: 'SyntaxError' },
  {
    title: 'it throws while it loads',
    url: asModule(`throw new RangeError('not today');`),
    error: 'RangeError',
  },
  {
    title: 'a top-level `await` that never ends',
    url: endless,
    error: 'TimeoutError',
  },
];
