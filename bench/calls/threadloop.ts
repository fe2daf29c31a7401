/**
 * The contender that this repository holds: a coordinator, and calls to its one loop, or to
 * whichever of several suits best. In the calling thread.
 */
import { threadloop } from '../subject.js';
import type { Call, StartOptions } from './contenders.js';

const { Coordinator, remoteModule } = threadloop;
const tasks = remoteModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));

/** Everything as it comes. */
export async function start({ threads, task }: StartOptions): Promise<Call> {
  const coordinator = await Coordinator.start({ loops: threads });
  const remote = tasks[task];
  const [loop] = coordinator.loops;
  if (loop === undefined) throw new Error('a coordinator without loops');
  if (threads === 1) return (value) => loop.runCoroutineThreadsafe(remote, value);
  return (value) => coordinator.submit(remote, value);
}
