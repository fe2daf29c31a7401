// Random programs of tasks that post, yield, cancel, abort and change priorities, run on a real
// scheduler and on a model that follows the web's text: the oldest task of the highest effective
// priority is next. fast-check prints the seed and the smallest program on which they differ.

import fc from 'fast-check';
import {
  type Coroutine,
  type Future,
  HostEventLoop,
  scheduler,
  schedulerOf,
  TaskController,
  type TaskPriority,
  TaskSignal,
} from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { expect, test } from 'vitest';

/** Signals 0 and 1 have controllers; signal 2 is aborted with 0 and follows the priority of 1. */
type SignalNumber = 0 | 1 | 2;
type ControllerNumber = 0 | 1;

interface Post {
  readonly signal: SignalNumber | null;
  readonly priority: TaskPriority | null;
  readonly delay: number;
  readonly steps: readonly Step[];
}

type Step =
  | 'yield'
  | { readonly post: Post }
  | { readonly cancel: number }
  | { readonly abort: ControllerNumber }
  | { readonly set: ControllerNumber; readonly priority: TaskPriority };

const urgencies: readonly TaskPriority[] = ['background', 'user-visible', 'user-blocking'];
const priority = fc.constantFrom(...urgencies);
const controllerNumber = fc.constantFrom<ControllerNumber>(0, 1);

const { program } = fc.letrec<{ step: Step; steps: Step[]; program: Step[] }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4, depthSize: 'large', withCrossShrink: true },
    { arbitrary: fc.constant<Step>('yield'), weight: 3 },
    { arbitrary: fc.record({ cancel: fc.nat(30) }), weight: 1 },
    { arbitrary: fc.record({ abort: controllerNumber }), weight: 1 },
    { arbitrary: fc.record({ set: controllerNumber, priority }), weight: 3 },
    {
      arbitrary: fc.record({
        post: fc.record({
          signal: fc.option(fc.constantFrom<SignalNumber>(0, 1, 2)),
          priority: fc.option(priority),
          delay: fc.constantFrom(0, 0, 1, 2, 3),
          steps: tie('steps'),
        }),
      }),
      weight: 6,
    },
  ),
  steps: fc.array(tie('step'), { maxLength: 6 }),
  program: fc.array(tie('step'), { minLength: 3, maxLength: 10 }),
}));

const endMs = 1_000;

/** What ran, in order, then how each task ended. */
async function runReal(steps: readonly Step[]): Promise<string[]> {
  const loop = new HostEventLoop({ clock: new VirtualClock({ autojump: true }) });
  const log: string[] = [];
  const tasks: Future<string>[] = [];
  const controllers = [new TaskController(), new TaskController()] as const;
  const [first, second] = controllers;
  const signals = [
    first.signal,
    second.signal,
    TaskSignal.any([first.signal], { priority: second.signal }),
  ] as const;
  const perform = (step: Exclude<Step, 'yield'>): void => {
    if ('cancel' in step) tasks[step.cancel % tasks.length]?.cancel();
    else if ('abort' in step) controllers[step.abort].abort(new Error('aborted'));
    else if ('set' in step) controllers[step.set].setPriority(step.priority);
    else post(step.post);
  };
  const post = ({ signal, delay, ...rest }: Post): void => {
    const number = tasks.length;
    const work = function* (): Coroutine<string> {
      log.push(`#${number} at ${loop.time()}`);
      for (const step of rest.steps) {
        if (step !== 'yield') perform(step);
        else {
          yield* scheduler.yield();
          log.push(`#${number} again`);
        }
      }
      return 'ended';
    };
    const options = {
      delay,
      ...(signal !== null && { signal: signals[signal] }),
      ...(rest.priority !== null && { priority: rest.priority }),
    };
    tasks.push(schedulerOf(loop).postTask(work, options));
  };
  for (const step of steps) if (step !== 'yield') perform(step);
  loop.callAt(endMs, () => loop.stop());
  await loop.runForever();
  for (const task of tasks) log.push(outcomeOf(task));
  loop.close();
  return log;
}

function outcomeOf(task: Future<string>): string {
  if (!task.done()) return 'pending';
  if (task.cancelled()) return 'cancelled';
  const error = task.exception();
  return error === null ? task.result() : (error as Error).message;
}

interface Entry {
  readonly task: ModelTask;
  readonly rank: () => number;
  readonly order: number;
}

interface ModelTask {
  readonly post: Post;
  readonly isAborted: () => boolean;
  outcome: string;
  /** Steps done; `null` before it begins. */
  position: number | null;
  isStepping: boolean;
  mustCancel: boolean;
  /** Its `yield()` has failed, and it has not heard of it yet. */
  isWaking: boolean;
}

async function runModel(steps: readonly Step[]): Promise<string[]> {
  const log: string[] = [];
  const tasks: ModelTask[] = [];
  const controllers = [0, 1].map(() => ({ isAborted: false, priority: 'user-visible' }));
  let queue: Entry[] = [];
  let delayed: { readonly whenMs: number; readonly task: ModelTask }[] = [];
  let [nowMs, order] = [0, 0];

  const end = (task: ModelTask, outcome: string): void => {
    if (task.outcome === 'pending') task.outcome = outcome;
    queue = queue.filter((entry) => entry.task !== task);
    delayed = delayed.filter((entry) => entry.task !== task);
  };
  const enqueue = (task: ModelTask, isContinuation: boolean): void => {
    const { signal, priority: own } = task.post;
    const source = signal === null ? null : controllers[Math.min(signal, 1)];
    const rank = (): number =>
      urgencies.indexOf(own ?? (source?.priority as TaskPriority) ?? 'user-visible') * 2 +
      (isContinuation ? 1 : 0);
    queue.push({ task, rank, order: (order += 1) });
  };
  const abort = (number: ControllerNumber): void => {
    const controller = controllers[number];
    if (controller === undefined || controller.isAborted) return;
    controller.isAborted = true;
    for (const task of tasks) {
      // The first step of a task still counts as before its beginning.
      const isFirstStep = task.isStepping && task.position === null;
      const waits = [...queue, ...delayed].some((entry) => entry.task === task);
      if (!task.isAborted() || !(isFirstStep || waits)) continue;
      task.isWaking = task.position !== null;
      end(task, 'aborted');
    }
  };
  const cancel = (task: ModelTask | undefined): void => {
    if (task?.isWaking === true) task.outcome = 'cancelled';
    if (task?.outcome !== 'pending') return;
    if (task.isStepping) task.mustCancel = true;
    else end(task, 'cancelled');
  };
  const perform = (step: Exclude<Step, 'yield'>): void => {
    if ('cancel' in step) cancel(tasks[step.cancel % tasks.length]);
    else if ('abort' in step) abort(step.abort);
    else if ('set' in step) Object.assign(controllers[step.set] ?? {}, { priority: step.priority });
    else post(step.post);
  };
  const post = (options: Post): void => {
    const { signal, delay } = options;
    const isAborted = (): boolean =>
      signal !== null && controllers[signal === 2 ? 0 : signal]?.isAborted === true;
    const task: ModelTask = {
      post: options,
      isAborted,
      outcome: isAborted() ? 'aborted' : 'pending',
      position: null,
      isStepping: false,
      mustCancel: false,
      isWaking: false,
    };
    tasks.push(task);
    if (isAborted()) return;
    if (delay > 0) delayed.push({ whenMs: nowMs + delay, task });
    else enqueue(task, false);
  };
  const run = (task: ModelTask): void => {
    const number = tasks.indexOf(task);
    const { steps: todo } = task.post;
    log.push(task.position === null ? `#${number} at ${nowMs}` : `#${number} again`);
    task.isStepping = true;
    let position = task.position ?? 0;
    for (; position < todo.length; position += 1) {
      const step = todo[position];
      if (step === undefined || step === 'yield') break;
      perform(step);
    }
    task.isStepping = false;
    task.position = position + 1;
    if (position < todo.length && task.isAborted()) end(task, 'aborted');
    else if (task.mustCancel) end(task, 'cancelled');
    else if (position < todo.length) enqueue(task, true);
    else end(task, 'ended');
  };

  for (const step of steps) if (step !== 'yield') perform(step);
  for (;;) {
    const next = queue.sort((a, b) => b.rank() - a.rank() || a.order - b.order).shift();
    if (next !== undefined) {
      const isContinuation = next.task.position !== null;
      const woken = tasks.filter((task) => task.isWaking);
      run(next.task);
      // A coroutine goes on a tick after its turn, side by side with the next in turn.
      for (const task of isContinuation ? woken : tasks) task.isWaking = false;
    } else if (delayed.length > 0) {
      for (const task of tasks) task.isWaking = false;
      nowMs = Math.min(...delayed.map(({ whenMs }) => whenMs));
      const due = delayed.filter(({ whenMs }) => whenMs <= nowMs);
      delayed = delayed.filter(({ whenMs }) => whenMs > nowMs);
      for (const { task } of due) enqueue(task, false);
    } else break;
  }
  return [...log, ...tasks.map(({ outcome }) => outcome)];
}

test('a scheduler does what the model does, whatever the program', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (steps) => {
      expect(await runReal(steps)).toEqual(await runModel(steps));
    }),
    { numRuns: 500 },
  );
});
