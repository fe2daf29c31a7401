// Order and time: loops that somebody got wrong, each in one way, and the check of
// the kit that finds it out.

import { Handle, TimerHandle } from 'threadloop';
import type { BrokenLoop } from './broken-loop.js';
import { PlainLoop } from './plain-loop.js';

type Callback<A extends unknown[]> = (...args: A) => unknown;

/** Faults. */
export const brokenSchedules: readonly BrokenLoop[] = [
  {
    fault: 'runs the last one first',
    caughtBy: 'callbacks run in the order of their scheduling, with their arguments',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        this.ready.reverse();
        super.runReady();
      }
    },
  },

  {
    fault: 'loses all arguments but the first',
    caughtBy: 'callbacks run in the order of their scheduling, with their arguments',
    Loop: class extends PlainLoop {
      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        return super.callSoon(callback as Callback<unknown[]>, args[0]);
      }
    },
  },

  {
    fault: 'runs callbacks at once',
    caughtBy: 'callbacks never run inside the call that schedules them',
    Loop: class extends PlainLoop {
      override callSoonThreadsafe<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        const handle = new Handle(this, callback as Callback<unknown[]>, args);
        handle.run();
        return handle;
      }
    },
  },

  {
    fault: 'goes on as long as there is something to do',
    caughtBy: 'callbacks leave what they schedule to the next batch',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        do super.runReady();
        while (this.ready.length > 0);
      }
    },
  },

  {
    fault: 'runs handles again',
    caughtBy: 'callbacks run once each, also over several runs',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        const again = this.ready.map((handle) => handle);
        super.runReady();
        for (const handle of again) super.callSoon(() => handle.cancelled() || revive(handle));
      }

      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        const handle = super.callSoon(callback, ...args);
        revivals.set(handle, () => callback(...args));
        return handle;
      }
    },
  },

  {
    fault: 'takes anything for a function',
    caughtBy: 'callbacks have to be functions',
    Loop: class extends PlainLoop {
      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        return super.callSoon(typeof callback === 'function' ? callback : () => undefined, ...args);
      }
    },
  },

  {
    fault: 'breaks a batch off',
    caughtBy: 'stop() lets the batch finish that runs',
    Loop: class extends PlainLoop {
      protected override runHandle(handle: Handle): void {
        if (this.isStopped) this.callSoon(() => handle.run());
        else super.runHandle(handle);
      }
    },
  },

  {
    fault: 'forgets a stop that came before the run',
    caughtBy: 'stop() before a run lets exactly one batch run, and counts for that run alone',
    Loop: class extends PlainLoop {
      override stop(): void {
        if (this.isRunning()) super.stop();
      }
    },
  },

  {
    fault: 'drops what is left when a run ends',
    caughtBy: 'a run finds what was scheduled between two runs',
    Loop: class extends PlainLoop {
      override async runForever(): Promise<void> {
        this.ready = [];
        return super.runForever();
      }
    },
  },

  {
    fault: 'forgets cancels',
    caughtBy: 'cancel() keeps a callback from running',
    Loop: class extends PlainLoop {
      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        super.callSoon(callback, ...args);
        return new Handle(this, callback as Callback<unknown[]>, args);
      }
    },
  },

  {
    fault: 'copies the batch',
    caughtBy: 'cancel() reaches a callback of the batch that runs',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        // What is not cancelled now is as good as done.
        const batchOfNow = this.ready.filter((handle) => !handle.cancelled());
        this.ready = batchOfNow.map((handle) => new Handle(this, () => revive(handle), []));
        super.runReady();
      }

      override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
        const handle = super.callSoon(callback, ...args);
        revivals.set(handle, () => callback(...args));
        return handle;
      }
    },
  },

  {
    fault: 'forgets cancels of timers',
    caughtBy: 'cancel() keeps a timer from firing',
    Loop: class extends PlainLoop {
      override callAt<A extends unknown[]>(
        whenMs: number,
        callback: Callback<A>,
        ...args: A
      ): TimerHandle {
        super.callAt(whenMs, callback, ...args);
        const timing = { whenMs, onCancel: () => undefined };
        return new TimerHandle(this, callback as Callback<unknown[]>, args, timing);
      }
    },
  },

  {
    fault: 'sorts no timers',
    caughtBy: 'timers of the same time fire in the order of their scheduling',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        this.timers.reverse();
        super.runReady();
        this.timers.reverse();
      }
    },
  },

  {
    fault: 'lets timers fire as they were scheduled',
    caughtBy: 'timers without a delay, or with less, fire in the next batch, by their time',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        const nowMs = this.time();
        this.ready.push(...this.timers.filter((timer) => timer.when() <= nowMs));
        this.timers = this.timers.filter((timer) => timer.when() > nowMs);
        super.runReady();
      }
    },
  },

  {
    fault: 'is content with half a millisecond',
    caughtBy: 'timers never fire before their time',
    Loop: class extends PlainLoop {
      protected override dueMs(): number {
        return this.time() + 0.5;
      }
    },
  },

  {
    fault: 'counts seconds',
    caughtBy: 'time goes on, in milliseconds, and never back',
    Loop: class extends PlainLoop {
      override time(): number {
        return super.time() / 1000;
      }
    },
  },

  {
    fault: 'lets timers pass',
    caughtBy: 'timers that are due go behind what is ready already',
    Loop: class extends PlainLoop {
      protected override runReady(): void {
        const { ready } = this;
        this.ready = [];
        const due = this.timers.filter((timer) => timer.when() <= this.time());
        this.timers = this.timers.filter((timer) => !due.includes(timer));
        this.ready.push(...due, ...ready);
        super.runReady();
      }
    },
  },
];

const revivals = new WeakMap<Handle, () => unknown>();

function revive(handle: Handle): void {
  revivals.get(handle)?.();
}
