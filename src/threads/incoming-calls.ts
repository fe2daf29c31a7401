/**
 * The calls that arrive over one link, and run on this thread's loop.
 *
 * They start in the order in which they were made. A function whose module is still loading holds
 * up those behind it, as order demands; answers to our own calls are not held up, so a module may
 * call out while it loads.
 */
import { CancelledError, NoRunningLoopError } from '../errors.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { reportTo } from '../loop/exception-handler.js';
import type { Handle } from '../loop/handle.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { Task } from '../loop/task.js';
import type { Link } from '../wire/link.js';
import type { FunctionAddress } from '../wire/message.js';
import { resolveExport } from './module-loader.js';
import type { AnyFunction } from './remote-function.js';
import { takesSignal, withSignal } from './signal-argument.js';

interface Incoming {
  readonly id: number;
  readonly address: FunctionAddress;
  readonly args: unknown[];
  readonly isAnswered: boolean;
}

type Callable = (...args: unknown[]) => unknown;

/** Where incoming calls run. */
export interface CallHost {
  /** The loop of this thread, `null` when none runs. */
  loop(): EventLoop | null;
  /** No call starts before this has resolved; `null` when there is nothing to wait for. */
  readonly gate: Promise<void> | null;
}

/** The incoming half of a link's calls. */
export class IncomingCalls {
  readonly #link: Link;
  readonly #host: CallHost;
  /** Bounded by what the far side has in flight. */
  #queue: Incoming[] = [];
  #isLoading = false;
  readonly #functions = new WeakMap<FunctionAddress, AnyFunction>();
  readonly #running = new Map<number, Task<unknown>>();
  /** Posts that stand in the loop's ready queue. */
  readonly #posted = new Map<number, Handle>();
  #onIdle: (() => void)[] = [];

  constructor(link: Link, host: CallHost) {
    this.#link = link;
    this.#host = host;
  }

  add(incoming: Incoming): void {
    if (!this.#isLoading && this.#host.gate === null && this.#tryStart(incoming)) return;
    if (this.#refuse(incoming)) return;
    this.#queue.push(incoming);
    if (!this.#isLoading) void this.#loadAndStart();
  }

  /** On a blocked thread no module can be loaded: better an error than a wait without end. */
  #refuse(incoming: Incoming): boolean {
    try {
      this.#host.loop()?.refusePromise?.(`The module of ${incoming.address.name}()`);
      return false;
    } catch (error) {
      this.#fail(incoming, error);
      return true;
    }
  }

  /** Withdraws a call that has not begun, or cancels the task that it became. */
  cancel(id: number, message: string | undefined): void {
    const waiting = this.#queue.find((incoming) => incoming.id === id);
    if (waiting === undefined) {
      this.#running.get(id)?.cancel(message);
      this.#posted.get(id)?.cancel();
      this.#posted.delete(id);
      return;
    }
    this.#queue = this.#queue.filter((incoming) => incoming !== waiting);
    if (waiting.isAnswered) this.#link.answerError(id, new CancelledError(message));
  }

  /** Cancels every call that runs or waits. */
  cancelAll(message: string): void {
    for (const { id } of this.#queue) this.cancel(id, message);
    for (const task of this.#running.values()) task.cancel(message);
  }

  /** Resolves once no call runs or waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#checkIdle();
    });
  }

  #checkIdle(): void {
    if (this.#running.size > 0 || this.#queue.length > 0 || this.#isLoading) return;
    const waiters = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiters) resolve();
  }

  async #loadAndStart(): Promise<void> {
    this.#isLoading = true;
    await this.#host.gate;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      try {
        const { address } = next;
        if (!this.#functions.has(address)) {
          this.#functions.set(address, await resolveExport(address.url, address.name));
        }
        // It may have been withdrawn meanwhile.
        if (this.#queue[0] === next) this.#queue.shift();
        else continue;
        this.#tryStart(next);
      } catch (error) {
        if (this.#queue[0] === next) this.#queue.shift();
        this.#fail(next, error);
      }
    }
    this.#isLoading = false;
    this.#checkIdle();
  }

  /** Starts a call whose function is loaded; `false` when it is not. */
  #tryStart(incoming: Incoming): boolean {
    const fn = this.#functions.get(incoming.address) as Callable | undefined;
    if (fn === undefined) return false;
    const loop = this.#host.loop();
    if (loop === null) {
      const message = `No loop runs in the thread that was to run ${incoming.address.name}()`;
      this.#fail(incoming, new NoRunningLoopError(message));
    } else if (incoming.isAnswered) {
      this.#startTask(loop, fn, incoming);
    } else {
      this.#startPost(loop, fn, incoming);
    }
    return true;
  }

  #startPost(loop: EventLoop, fn: Callable, { id, args }: Incoming): void {
    const run = (): void => {
      this.#posted.delete(id);
      runPosted(loop, fn, args);
    };
    this.#posted.set(id, loop.callSoonThreadsafe(run));
  }

  #startTask(loop: EventLoop, fn: Callable, { id, args }: Incoming): void {
    let task: Task<unknown>;
    try {
      task = loop.createTask<unknown>(bindArguments(fn, args));
    } catch (error) {
      this.#link.answerError(id, error);
      return;
    }
    this.#running.set(id, task);
    task.addDoneCallback(() => {
      this.#running.delete(id);
      this.#answer(id, task);
      this.#checkIdle();
    });
  }

  #answer(id: number, task: Task<unknown>): void {
    let value: unknown;
    try {
      value = task.result();
    } catch (error) {
      this.#link.answerError(id, error);
      return;
    }
    this.#link.answerResult(id, value);
  }

  #fail({ id, address, isAnswered }: Incoming, exception: unknown): void {
    if (isAnswered) this.#link.answerError(id, exception);
    else reportPosted(this.#host.loop(), address.name, exception);
  }
}

/** The call as a task: see `takesSignal`. */
function bindArguments(fn: Callable, args: unknown[]): TaskFunction<unknown> {
  if (!takesSignal(fn, args)) return () => fn(...args);
  return (signal) => fn(...withSignal(fn, args, signal));
}

/** Runs a function for which nobody waits: what it throws goes to the loop's handler. */
function runPosted(loop: EventLoop, fn: Callable, args: unknown[]): void {
  try {
    const returned = fn(...args);
    if (isCoroutine(returned)) {
      returned.return(undefined);
      throw new TypeError('coroutines cannot be used with callSoonThreadsafe()');
    }
    if (isPromiseLike(returned)) {
      returned.then(undefined, (error: unknown) => reportPosted(loop, fn.name, error));
    }
  } catch (exception) {
    reportPosted(loop, fn.name, exception);
  }
}

function reportPosted(loop: EventLoop | null, name: string, exception: unknown): void {
  const message = `Exception in callback ${name || 'anonymous'}() of another thread`;
  reportTo(loop, { message, exception });
}
