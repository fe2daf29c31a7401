/**
 * The peer Piscina, as it comes and tuned: several calls a thread at a time, and threads that
 * listen to their ports instead of parking between calls, which pays under load.
 */
import { Piscina } from 'piscina';
import type { Call, StartOptions } from '../contenders.js';

type Options = NonNullable<ConstructorParameters<typeof Piscina>[0]>;

function startWith({ threads, task }: StartOptions, more: Options): Call {
  const filename = new URL('../tasks.js', import.meta.url).href;
  const size = { minThreads: threads, maxThreads: threads };
  const pool = new Piscina<number, number>({ filename, name: task, ...size, ...more });
  return (value) => pool.run(value);
}

/** A number of threads, everything else as it comes. */
export function start(options: StartOptions): Call {
  return startWith(options, {});
}

/** As its documentation advises for short calls. */
export function startTuned(options: StartOptions): Call {
  return startWith(options, { atomics: 'disabled', concurrentTasksPerWorker: options.depth });
}
