// Runs, errors and tasks: loops that somebody got wrong, each in one way, and the check of
// the kit that finds it out.

import {
  type Coroutine,
  type ExceptionContext,
  Future,
  Handle,
  HostEventLoop,
  Task,
  type TaskFunction,
} from 'threadloop';
import type { Runnable } from 'threadloop/lowlevel';
import type { BrokenLoop } from './broken-loop.js';
import { PlainLoop } from './plain-loop.js';

type Callback<A extends unknown[]> = (...args: A) => unknown;

/** Faults. */
export const brokenRuns: readonly BrokenLoop[] = [
  {
    fault: 'runs without being the running loop',
    caughtBy: 'a run makes the loop the running one of its thread, until its end',
    Loop: class extends PlainLoop {
      protected override enter(): () => void {
        super.enter()();
        return () => undefined;
      }
    },
  },

  {
    fault: 'stays the running loop',
    caughtBy: 'a run makes the loop the running one of its thread, until its end',
    Loop: class extends PlainLoop {
      override async runForever(): Promise<void> {
        await super.runForever();
        this.leave = () => undefined;
      }
    },
  },

  {
    fault: 'runs inside of another run',
    caughtBy: 'a run of a loop that runs already is refused',
    Loop: class extends PlainLoop {
      override async runForever(): Promise<void> {
        if (!this.isRunning()) await super.runForever();
      }
    },
  },

  {
    fault: 'waits for values',
    caughtBy: 'a run until completion throws the error of its work',
    Loop: class extends PlainLoop {
      override async runUntilComplete<T>(work: never): Promise<T> {
        return super.runUntilComplete<T>(work).catch(() => undefined as T);
      }
    },
  },

  {
    fault: 'leaves its stop behind',
    caughtBy: 'a run until completion leaves no stop behind',
    Loop: class extends PlainLoop {
      override async runUntilComplete<T>(work: never): Promise<T> {
        const value = await super.runUntilComplete<T>(work);
        this.stop();
        return value;
      }
    },
  },

  {
    fault: 'works on when it is closed',
    caughtBy: 'closing drops what waits',
    Loop: class extends PlainLoop {
      override close(): void {
        const { ready } = this;
        super.close();
        setImmediate(() => ready.forEach((handle) => handle.run()));
      }
    },
  },

  {
    fault: 'takes work when it is closed',
    caughtBy: 'closing is for good, and can be done twice',
    Loop: class extends PlainLoop {
      override close(): void {
        this.ready = [];
        this.timers = [];
      }
    },
  },

  {
    fault: 'can be closed while it runs',
    caughtBy: 'closing is refused while the loop runs',
    Loop: class extends PlainLoop {
      override close(): void {
        if (!this.isRunning()) super.close();
      }
    },
  },

  {
    fault: 'loses errors',
    caughtBy: 'a callback that throws is reported with its handle, and the others go on',
    Loop: class extends PlainLoop {
      override callExceptionHandler(): void {}
    },
  },

  {
    fault: 'tells of an error twice',
    caughtBy: 'a callback that throws is reported with its handle, and the others go on',
    Loop: class extends PlainLoop {
      override callExceptionHandler(context: ExceptionContext): void {
        super.callExceptionHandler(context);
        super.callExceptionHandler(context);
      }
    },
  },

  {
    fault: 'ends with the first error',
    caughtBy: 'a callback that throws is reported with its handle, and the others go on',
    Loop: class extends PlainLoop {
      override callExceptionHandler(context: ExceptionContext): void {
        super.callExceptionHandler(context);
        this.ready = [];
        throw context.exception;
      }
    },
  },

  {
    fault: 'trusts its exception handler',
    caughtBy: 'an exception handler that throws is itself reported, and breaks nothing',
    Loop: class extends PlainLoop {
      override callExceptionHandler(context: ExceptionContext): void {
        this.getExceptionHandler()?.(this, context);
      }
    },
  },

  {
    fault: 'knows no slow callback',
    caughtBy: 'in debug mode a slow callback is reported, and a quick one is not',
    Loop: class extends PlainLoop {
      protected override runHandle(handle: Handle): void {
        handle.run();
      }
    },
  },

  {
    fault: "makes another loop's futures",
    caughtBy: 'a future belongs to its loop, and tells its callbacks in the next batch',
    Loop: class extends PlainLoop {
      override createFuture<T>(): Future<T> {
        return new Future<T>({ loop: new HostEventLoop() });
      }
    },
  },

  {
    fault: 'begins tasks at once',
    caughtBy: 'a task begins in the next batch, and belongs to its loop',
    Loop: class extends PlainLoop {
      override createTask<T>(work: Coroutine<T> | TaskFunction<T>): Task<T> {
        const task = super.createTask(work);
        for (const handle of this.ready.splice(0)) handle.run();
        return task;
      }
    },
  },

  {
    fault: 'asks no task factory',
    caughtBy: 'the task factory makes the tasks, until null brings ordinary ones back',
    Loop: class extends PlainLoop {
      override createTask<T>(work: Coroutine<T> | TaskFunction<T>): Task<T> {
        return new Task(work, this);
      }
    },
  },

  {
    fault: 'runs callbacks in the context of its own',
    caughtBy: 'callbacks and tasks run in the async context of whoever scheduled them',
    Loop: class extends PlainLoop {
      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        const handle = super.callSoon(callback, ...args);
        handle.run = () => void callback(...args);
        return handle;
      }
    },
  },

  {
    fault: 'never lets Node have its turn',
    caughtBy: 'Node has its turns, however busy the loop is',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        const endMs = performance.now() + 3_000;
        do super.runReady();
        while (this.ready.length > 0 && !this.isStopped && performance.now() < endMs);
      }
    },
  },

  {
    fault: 'sleeps on',
    caughtBy: 'a loop that waits is woken by callSoonThreadsafe()',
    Loop: class extends HostEventLoop {
      override callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        const handle = new Handle(this, callback as Callback<unknown[]>, args);
        this.ready.push(handle);
        return handle;
      }
    },
  },

  {
    fault: 'lets runnables pass',
    caughtBy: 'callRunnable() keeps the order of callSoon(), and runs once for each call',
    Loop: class extends HostEventLoop {
      override callRunnable(what: Runnable): void {
        queueMicrotask(() => what.run());
      }
    },
  },

  {
    fault: 'has one place for a runnable',
    caughtBy: 'callRunnable() keeps the order of callSoon(), and runs once for each call',
    Loop: class extends HostEventLoop {
      readonly #waiting = new Set<Runnable>();

      override callRunnable(what: Runnable): void {
        if (this.#waiting.has(what)) return;
        this.#waiting.add(what);
        super.callRunnable({
          run: () => {
            this.#waiting.delete(what);
            what.run();
          },
        });
      }
    },
  },

  {
    fault: 'forgets generators',
    caughtBy: 'async generators are closed by shutdownAsyncGenerators()',
    Loop: class extends HostEventLoop {
      override async shutdownAsyncGenerators(): Promise<void> {}
    },
  },

  {
    fault: 'waits for promises that cannot come',
    caughtBy: 'a native promise is refused, not waited for in vain',
    Loop: class extends PlainLoop {
      refusePromise(): never {
        return undefined as never;
      }
    },
  },

  {
    fault: 'has one executor',
    caughtBy: 'a function goes to the executor that is given, or to the default one',
    Loop: class extends PlainLoop {
      override runInExecutor: PlainLoop['runInExecutor'] = (_executor, fn, ...args) =>
        super.runInExecutor(null, fn, ...args);
    },
  },
];
