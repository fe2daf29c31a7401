// Random trees of tasks that spawn, fail, are cancelled, shielded and timed out, on a virtual loop.
// Whatever happens, three things hold: no task is left, every block gives the count of cancel
// requests back as it found it, and every error is reported exactly once. fast-check prints the
// seed and the smallest tree that breaks one.

import fc from 'fast-check';
import {
  type Coroutine,
  currentTask,
  ExceptionGroup,
  isCancelled,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  TimeoutError,
} from 'threadloop';
import { VirtualEventLoop } from 'threadloop/testing';
import { expect, test } from 'vitest';
import { collectGarbage } from '../loop/fixtures.js';
import { asyncFunctions, coroutines, type Kind, on, type Script } from '../sync/both-kinds.js';

type Step =
  | { readonly sleepMs: number }
  /** A group whose tasks are the branches, and whose body goes on with the steps. */
  | { readonly branches: readonly Tree[]; readonly body: readonly Step[] }
  | { readonly timeoutMs: number; readonly body: readonly Step[] }
  | { readonly shielded: readonly Step[] }
  /** Cancels one of the tasks that there are, from a timer. */
  | { readonly cancel: number; readonly afterMs: number }
  | 'fail';

interface Tree {
  readonly isAsync: boolean;
  readonly steps: readonly Step[];
  /** What it does once it is cancelled, before the error goes on. */
  readonly cleanUpMs: number;
}

const delayMs = fc.integer({ min: 0, max: 6 });

const { tree } = fc.letrec<{ step: Step; steps: Step[]; tree: Tree }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4, depthSize: 'medium', withCrossShrink: true },
    fc.record({ sleepMs: delayMs }),
    fc.constant<Step>('fail'),
    fc.record({ cancel: fc.nat(10), afterMs: delayMs }),
    fc.record({ branches: fc.array(tie('tree'), { maxLength: 3 }), body: tie('steps') }),
    fc.record({ timeoutMs: delayMs, body: tie('steps') }),
    fc.record({ shielded: tie('steps') }),
  ),
  steps: fc.array(tie('step'), { maxLength: 4 }),
  tree: fc.record({ isAsync: fc.boolean(), steps: tie('steps'), cleanUpMs: delayMs }),
}));

/** One run of one tree. */
class Forest {
  readonly loop: VirtualEventLoop;
  /** Errors that were thrown, and how often each of them was heard of. */
  readonly heard = new Map<unknown, number>();
  readonly imbalances: string[] = [];
  readonly #tasks: Task<unknown>[] = [];
  /** Shielded tasks whose waiter was cancelled. */
  readonly #abandoned: Task<unknown>[] = [];
  readonly #inBlock = new Set<Task<unknown>>();

  constructor(seed: number) {
    this.loop = new VirtualEventLoop({ seed });
    this.loop.setExceptionHandler((_loop, { exception }) => this.#hear(exception));
  }

  async grow(root: Tree): Promise<void> {
    await this.loop.runUntilComplete(this.#main(root));
    // What nobody has come for is reported when it is collected.
    for (let tries = 0; tries < 3 && this.unheard().length > 0; tries += 1) await collectGarbage();
  }

  *#main(root: Tree): Coroutine<void> {
    const task = this.loop.createTask(this.#play(root)() as never);
    this.#tasks.push(task);
    // Shielded work may outlive the tree; more tasks may come while these are waited for.
    for (const each of this.#tasks) yield* watch(each);
    if (!task.cancelled() && task.exception() !== null) this.#hear(task.exception());
    // Cancels that were ordered for later find nobody.
    yield* sleep(10);
  }

  /** Errors that were not heard of exactly once. */
  unheard(): unknown[] {
    // asyncio's rule: a cancel that meets a future which has just failed silences its error.
    const silenced = new Set(
      this.#abandoned.flatMap((task) => (task.cancelled() ? [] : leavesOf(task.exception()))),
    );
    return [...this.heard].flatMap(([error, times]) =>
      times === 1 || (times === 0 && silenced.has(error)) ? [] : [error],
    );
  }

  #hear(error: unknown): void {
    for (const leaf of leavesOf(error)) {
      const times = this.heard.get(leaf);
      if (times !== undefined) this.heard.set(leaf, times + 1);
      else this.imbalances.push(`an error from nowhere: ${String(leaf)}`);
    }
  }

  #play({ isAsync, steps, cleanUpMs }: Tree): () => unknown {
    const kind: Kind = isAsync ? asyncFunctions : coroutines;
    const play = kind.play(() => this.#live(kind, steps, cleanUpMs));
    return isAsync ? () => play : play;
  }

  *#live(kind: Kind, steps: readonly Step[], cleanUpMs: number): Script<void> {
    try {
      for (const step of steps) yield* this.#do(kind, step);
    } catch (error) {
      if (isCancelled(error) && cleanUpMs > 0) yield* on(sleep(cleanUpMs));
      throw error;
    }
  }

  *#do(kind: Kind, step: Step): Script<void> {
    if (step === 'fail') {
      const error = new RangeError(`error ${this.heard.size}`);
      this.heard.set(error, 0);
      throw error;
    } else if ('sleepMs' in step) {
      yield* on(sleep(step.sleepMs));
    } else if ('cancel' in step) {
      const victim = this.#tasks[step.cancel % this.#tasks.length];
      this.loop.callLater(step.afterMs, () => victim?.cancel());
    } else if ('branches' in step) {
      yield* this.#balanced('group', () => this.#group(kind, step.branches, step.body));
    } else if ('timeoutMs' in step) {
      yield* this.#balanced('timeout', () => this.#timeout(kind, step.timeoutMs, step.body));
    } else {
      yield* this.#shield(kind, step.shielded);
    }
  }

  *#group(kind: Kind, branches: readonly Tree[], body: readonly Step[]): Script<void> {
    const group = new TaskGroup();
    const script = kind.play(() => this.#live(kind, body, 0));
    const work = (): unknown => {
      for (const branch of branches) {
        const made = this.#play(branch)();
        this.#tasks.push(group.createTask(made as never));
      }
      return script();
    };
    yield* on(group.run(work as () => Promise<void>));
  }

  *#timeout(kind: Kind, timeoutMs: number, body: readonly Step[]): Script<void> {
    try {
      yield* on(timeout(timeoutMs).run(kind.play(() => this.#live(kind, body, 0))));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }

  *#shield(kind: Kind, steps: readonly Step[]): Script<void> {
    const play = kind.play(() => this.#live(kind, steps, 0));
    const inner = this.loop.createTask((kind === asyncFunctions ? () => play() : play()) as never);
    this.#tasks.push(inner);
    try {
      yield* on(shield(inner) as Task<unknown>);
    } catch (error) {
      if (isCancelled(error)) this.#abandoned.push(inner);
      throw error;
    }
  }

  /**
   * Unless others have cancelled the task meanwhile, a block leaves the count as it was. Only the
   * outermost block is looked at: an inner one may end while a request of an outer one is open.
   */
  *#balanced(what: string, block: () => Script<void>): Script<void> {
    const task = currentTask() as Task<unknown>;
    if (this.#inBlock.has(task)) {
      yield* block();
      return;
    }
    this.#inBlock.add(task);
    const before = task.cancelling();
    const requests = { count: 0 };
    const cancel = task.cancel.bind(task);
    const counting = (message?: string): boolean => {
      const isTaken = cancel(message);
      // A group puts a request that it found back for the next wait: that is none of others'.
      if (isTaken && currentTask() !== task) requests.count += 1;
      return isTaken;
    };
    task.cancel = counting;
    try {
      yield* block();
    } finally {
      this.#inBlock.delete(task);
      task.cancel = cancel;
      const after = task.cancelling();
      if (after !== before + requests.count) {
        this.imbalances.push(`${what}: ${before} + ${requests.count} requests became ${after}`);
      }
    }
  }
}

/** The errors in a group of groups. */
function leavesOf(error: unknown): unknown[] {
  return error instanceof ExceptionGroup ? error.errors.flatMap(leavesOf) : [error];
}

function* watch(task: Task<unknown>): Coroutine<void> {
  while (!task.done()) yield* sleep(1);
}

test('trees of tasks leave no task, no request and no error behind', async () => {
  await fc.assert(
    fc.asyncProperty(tree, fc.nat(), async (root, seed) => {
      const forest = new Forest(seed);
      await forest.grow(root);
      expect(forest.imbalances).toEqual([]);
      expect(forest.unheard()).toEqual([]);
      forest.loop.assertNoLeaks();
      forest.loop.close();
    }),
    { numRuns: 500 },
  );
});
