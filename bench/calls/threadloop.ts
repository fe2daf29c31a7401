/**
 * The contender that this repository holds: a coordinator with one loop.
 * Calls leave in batches.
 */
import { Coordinator, remoteModule } from 'threadloop';
import type { Contender } from './contender.js';

const tasks = remoteModule<typeof import('./task.js')>(new URL('./task.js', import.meta.url));

/** One worker loop. */
export async function startThreadloop(): Promise<Contender> {
  const coordinator = await Coordinator.start({ loops: 1, name: 'bench' });
  const [loop] = coordinator.loops;
  if (loop === undefined) throw new Error('a coordinator without loops');
  return {
    name: 'threadloop',
    call: (value) => loop.runCoroutineThreadsafe(tasks.increment, value),
    close: () => coordinator.shutdown(),
  };
}
