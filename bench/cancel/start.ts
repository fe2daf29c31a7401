/**
 * What the rows of cancel/ begin with: a coordinator, its first loop, and the tasks.
 * In the calling thread; every loop has loaded the tasks when it is done.
 */
import type { Coordinator, RemoteLoop, RemoteModule } from 'threadloop';
import { threadloop } from '../subject.js';

/** What the loops run. */
export type Tasks = RemoteModule<typeof import('./tasks.js')>;

/** So many loops. */
export async function startWithTasks(
  loops: number,
): Promise<{ coordinator: Coordinator; loop: RemoteLoop; tasks: Tasks }> {
  const { Coordinator, remoteModule } = threadloop;
  const tasks = remoteModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));
  const coordinator = await Coordinator.start({ loops });
  await coordinator.broadcast(tasks.echo, 0);
  const [loop] = coordinator.loops;
  if (loop === undefined) throw new Error('a coordinator without loops');
  return { coordinator, loop, tasks };
}
