/**
 * Which loop am I on? The calling thread's running loop, the loop that was set for it, and where
 * new ones come from. After asyncio's functions of the same names.
 */
import { isMainThread, threadId, workerData } from 'node:worker_threads';
import * as workerThreads from 'node:worker_threads';
import { InvalidArgumentError, NoCurrentLoopError, NoRunningLoopError } from '../errors.js';
import { isEventLoop } from './event-loop.js';
import type { EventLoop } from './event-loop.js';
import { registry } from './registry.js';

/**
 * The loop that runs in the calling thread now.
 *
 * @throws NoRunningLoopError
 */
export function getRunningLoop(): EventLoop {
  const loop = loopOfAsyncTask() ?? registry.running;
  if (loop === null) throw new NoRunningLoopError('no running event loop');
  return loop;
}

/**
 * An async function goes on outside any tick: between two runs of its loop, or while that is the
 * guest of another one.
 */
function loopOfAsyncTask(): EventLoop | null {
  if (registry.stepping !== undefined) return null;
  const task = registry.asyncTask.getStore()?.task;
  return task === undefined || task.done() ? null : task.getLoop();
}

/**
 * The loop of the calling thread: the running one, else the one that was set. The main thread
 * creates and sets one on first use. In a worker that a coordinator started, one is set before
 * user code loads.
 *
 * @throws NoCurrentLoopError in any other thread where none was set
 */
export function getEventLoop(): EventLoop {
  const loop = registry.running ?? registry.current;
  if (loop !== null) return loop;
  if (!isMainThread) {
    throw new NoCurrentLoopError(`There is no current event loop in thread '${threadName()}'.`);
  }
  registry.current = newEventLoop();
  return registry.current;
}

/**
 * Sets the loop of the calling thread; `null` clears it. Any object that implements `EventLoop`
 * will do. Does not start it, and does not touch a loop that is running.
 *
 * @throws InvalidArgumentError when it is neither a loop nor `null`
 */
export function setEventLoop(loop: EventLoop | null): void {
  if (loop !== null && !isEventLoop(loop)) {
    const kind = loop === undefined ? 'undefined' : typeof loop;
    throw new InvalidArgumentError(`loop must be an instance of EventLoop or null, not '${kind}'`);
  }
  registry.current = loop;
}

/** A fresh loop, from the factory that was set or else a `HostEventLoop`. Does not set it. */
export function newEventLoop(): EventLoop {
  return (registry.factory ?? defaultFactory)();
}

/**
 * Decides which kind of loop this thread creates from now on, in `newEventLoop()`, `run()` and
 * `getEventLoop()`; `null` brings the default back. Takes the place of asyncio's policies.
 *
 * @throws InvalidArgumentError when it is no function
 */
export function setLoopFactory(factory: (() => EventLoop) | null): void {
  if (factory !== null && typeof factory !== 'function') {
    throw new InvalidArgumentError(
      `loop factory must be a function or null, not '${typeof factory}'`,
    );
  }
  registry.factory = factory;
}

/** The name of the calling thread: `main`, the name its coordinator gave it, or its number. */
export function threadName(): string {
  if (isMainThread) return 'main';
  const given: unknown = (workerData as { threadloop?: { name?: unknown } } | null)?.threadloop
    ?.name;
  if (typeof given === 'string') return given;
  // Node 22.20 and newer know the `name` option of a Worker, and call all the others the same.
  const { threadName: nodeName = '' } = workerThreads as { threadName?: string };
  return nodeName === '' || nodeName === 'WorkerThread' ? `worker-${threadId}` : nodeName;
}

/** Filled in by the module of the default loop, which imports this one and not the reverse. */
let defaultFactory = (): EventLoop => {
  throw new NoCurrentLoopError('No loop factory is set: import threadloop, or setLoopFactory()');
};

/** For `host-event-loop.ts` only. */
export function provideDefaultLoop(factory: () => EventLoop): void {
  defaultFactory = factory;
}
