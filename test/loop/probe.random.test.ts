// Looking at tasks changes nothing: random programs do the same, looked at or not. Coroutines only:
// looking takes time, and async functions see how the loop shares its thread with Node.

import fc from 'fast-check';
import {
  allTasks,
  captureTasks,
  type Coroutine,
  currentTask,
  formatCallGraph,
  type Future,
  gather,
  isCancelled,
  Lock,
  shield,
  sleep,
  type Task,
  taskGroup,
  timeout,
  wait,
} from 'threadloop';
import { VirtualEventLoop } from 'threadloop/testing';
import { expect, test } from 'vitest';

/** What a program does next. Numbers choose among what there is, modulo its count. */
type Step =
  | { readonly do: 'sleep'; readonly delayMs: number }
  | { readonly do: 'tick' | 'throw' | 'lock' | 'look' }
  | { readonly do: 'settle' | 'await' | 'shield' | 'join' | 'cancel'; readonly which: number }
  | {
      readonly do: 'call' | 'guard' | 'group' | 'spawn' | 'gather';
      readonly steps: readonly Step[];
    }
  | { readonly do: 'timeout'; readonly delayMs: number; readonly steps: readonly Step[] };

const { step: anyStep } = fc.letrec<{ step: Step }>((tie) => {
  const steps = fc.array(tie('step'), { maxLength: 4 });
  const delayMs = fc.integer({ min: 0, max: 8 });
  const which = fc.nat(7);
  return {
    step: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ do: fc.constant('sleep' as const), delayMs }),
      fc.record({ do: fc.constantFrom('tick', 'throw', 'lock', 'look') }),
      fc.record({ do: fc.constantFrom('settle', 'await', 'shield', 'join', 'cancel'), which }),
      fc.record({ do: fc.constantFrom('call', 'guard', 'group', 'spawn', 'gather'), steps }),
      fc.record({ do: fc.constant('timeout' as const), delayMs, steps }),
    ),
  };
});

/** One run of a program, and all that it did. */
class Play {
  readonly log: string[] = [];
  readonly loop = new VirtualEventLoop();
  readonly #look: (play: Play) => void;
  readonly #lock = new Lock();
  readonly #tasks: Task<void>[] = [];
  readonly #futures: Future<string>[] = [1, 2, 3].map(() => this.loop.createFuture());

  constructor(look: (play: Play) => void) {
    this.#look = look;
  }

  async run(program: readonly Step[]): Promise<string[]> {
    this.loop.setExceptionHandler((_loop, { message }) => this.log.push(`report: ${message}`));
    // Looked at before and after what else comes at that time.
    for (let delayMs = 0; delayMs < 12; delayMs += 1) {
      this.loop.callLater(delayMs, () => {
        this.#look(this);
        this.loop.callSoon(() => this.#look(this));
      });
    }
    void this.#spawn(program);
    await this.loop.runUntilComplete(sleepLong());
    for (const future of this.#futures) future.cancel();
    await this.loop.runUntilComplete(sleepLong());
    for (const task of this.#tasks) this.log.push(outcomeOf(task));
    this.loop.close();
    return this.log;
  }

  #spawn(steps: readonly Step[]): Task<void> {
    const name = `task ${this.#tasks.length}`;
    const task = this.loop.createTask(this.#perform(steps, name));
    this.#tasks.push(task);
    return task;
  }

  *#perform(steps: readonly Step[], who: string): Coroutine<void> {
    for (const step of steps) {
      this.log.push(`${this.loop.time()} ${who} ${step.do}`);
      try {
        yield* this.#do(step, who);
      } catch (error) {
        this.log.push(`${this.loop.time()} ${who} ${step.do} failed: ${String(error)}`);
        throw error;
      }
    }
  }

  *#do(step: Step, who: string): Coroutine<unknown> {
    switch (step.do) {
      case 'sleep':
        return yield* sleep(step.delayMs);
      case 'tick':
        return yield* sleep(0);
      case 'throw':
        throw new RangeError('thrown on purpose');
      case 'look':
        this.#look(this);
        return undefined;
      case 'lock':
        return yield* this.#lock.run(() => sleep(2));
      case 'settle':
        if (!this.#future(step.which).done()) this.#future(step.which).setResult(who);
        return undefined;
      case 'await':
        return this.log.push(yield* this.#future(step.which));
      case 'shield':
        return this.log.push(yield* shield(this.#future(step.which)));
      case 'join':
        return yield* wait([this.#task(step.which)], { timeoutMs: 3 });
      case 'cancel':
        return this.#task(step.which).cancel('on purpose');
      case 'call':
        return yield* this.#perform(step.steps, `${who}'`);
      case 'guard':
        return yield* this.#guarded(step.steps, who);
      case 'spawn':
        return this.#spawn(step.steps);
      case 'gather':
        return yield* gather([this.#spawn(step.steps), sleep(1), this.#future(0)]);
      case 'group':
        return yield* taskGroup((group) => {
          this.#tasks.push(group.createTask(this.#perform(step.steps, `${who} member`)));
        });
      case 'timeout':
        return yield* timeout(step.delayMs, () => this.#perform(step.steps, `${who}!`));
    }
  }

  *#guarded(steps: readonly Step[], who: string): Coroutine<void> {
    try {
      yield* this.#perform(steps, `${who}?`);
    } catch (error) {
      if (isCancelled(error)) throw error;
    } finally {
      yield* sleep(0);
    }
  }

  #task(which: number): Task<void> {
    return this.#tasks[which % this.#tasks.length] as Task<void>;
  }

  #future(which: number): Future<string> {
    return this.#futures[which % this.#futures.length] as Future<string>;
  }
}

function* sleepLong(): Coroutine<void> {
  yield* sleep(1_000);
}

function outcomeOf(task: Task<void>): string {
  if (!task.done()) return task.toString().replace(/Task-\d+/g, 'Task');
  try {
    task.result();
    return 'done';
  } catch (error) {
    return String(error);
  }
}

/** Looks at everything in every way; returns how many frames there were to see. */
function lookAtAll({ loop }: Play): number {
  for (const task of allTasks(loop)) {
    for (const future of [task, ...task.awaits()]) formatCallGraph(future);
  }
  currentTask()?.getStack();
  return captureTasks().tasks.flatMap(({ stack }) => stack).length;
}

test('random programs do the same, looked at or not', async () => {
  let frameCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (program) => {
      const unseen = await new Play(() => {}).run(program);
      const seen = await new Play((play) => {
        frameCount += lookAtAll(play);
      }).run(program);
      expect(seen).toEqual(unseen);
    }),
    { numRuns: 80 },
  );
  expect(frameCount).toBeGreaterThan(1_000);
});
