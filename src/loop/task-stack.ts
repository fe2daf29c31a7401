/**
 * Where the code of a task stands. After asyncio's `Task.get_stack` and `print_stack`.
 *
 * | the task              | its frames                                                          |
 * |-----------------------|---------------------------------------------------------------------|
 * | runs now              | the live stack, from the caller down to the step of the task        |
 * | waits in a coroutine  | all generators from its wait outwards: see `probe.ts`               |
 * | has not started yet   | none; for a function its name                                       |
 * | is an async function  | its name alone: nothing tells where an `await` stands               |
 * | has failed            | where the error was made                                            |
 * | is done otherwise     | none                                                                |
 *
 * None either where nothing can ask without going on: at a bare `yield`, for the tick after a wait
 * that was refused, and in a task in whose step another one begins eagerly.
 */
import { InvalidArgumentError, show, showError } from '../errors.js';
import { isAsyncFunction, isCoroutine } from './coroutine.js';
import type { Coroutine } from './coroutine.js';
import { withKinds } from './function-kind.js';
import { Future } from './future.js';
import { resumeForProbe, stackOfSuspended, withWholeStacks } from './probe.js';
import { registry } from './registry.js';
import { formatFrame, parseStack } from './stack-frame.js';
import type { StackFrame } from './stack-frame.js';
import type { TaskFunction } from './task-work.js';
import { TickWait } from './tick-wait.js';

/** What a task tells of itself, for its stack. */
export interface Standing {
  readonly work: Coroutine<unknown> | TaskFunction<unknown> | null;
  /** What its coroutine waits for with `yield*`. */
  readonly waitingFor: Future<unknown> | null;
  readonly tickWait: TickWait<unknown> | null;
  /** What it failed with; boxed, since anything can be thrown. */
  readonly failure: { readonly reason: unknown } | null;
}

/** Runs one step of a task. Its name is where the stack of a task that runs ends. */
export function stepTask<R>(task: { step(): R }): R {
  return task.step();
}

/** Innermost frame first. */
export function framesOf(task: Future<unknown>, standing: Standing): StackFrame[] {
  const { work, failure } = standing;
  if (task.done()) return failure === null ? [] : framesOfError(failure.reason);
  const live = runsNow(task) ? liveFrames() : [];
  if (isCoroutine(work)) {
    return canBeProbed(standing) ? [...live, ...framesOfSuspended(work)] : live;
  }
  return live.length > 0 || work === null ? live : [frameOfFunction(work)];
}

/**
 * Frames near one end of a stack.
 *
 * @param frames - oldest first
 * @throws InvalidArgumentError
 */
export function limitFrames(
  frames: readonly StackFrame[],
  limit: number | null,
  keep: 'newest' | 'oldest',
): StackFrame[] {
  if (limit === null) return [...frames];
  if (!Number.isInteger(limit)) {
    throw new InvalidArgumentError(`limit must be a whole number or null, got ${show(limit)}`);
  }
  if (limit <= 0) return [];
  return keep === 'newest' ? frames.slice(-limit) : frames.slice(0, limit);
}

/** The text of `printStack`. */
export function formatStack(task: Future<unknown>, frames: readonly StackFrame[]): string {
  if (frames.length === 0) return `No stack for ${task.toString()}`;
  const kind = task.done() ? 'Traceback' : 'Stack';
  const lines = [`${kind} for ${task.toString()} (most recent call last):`];
  for (const frame of frames) lines.push(`  ${formatFrame(frame)}${waitsOf(task, frame)}`);
  return lines.join('\n');
}

/** An error as the last line of a traceback. */
export function formatFailure(reason: unknown): string {
  if (!(reason instanceof Error)) return show(reason);
  try {
    return String(reason);
  } catch {
    return showError(reason);
  }
}

/** Of a function that has no position, what it waits for is all that there is to tell. */
function waitsOf(task: Future<unknown>, { file }: StackFrame): string {
  const awaited = file === null ? task.awaits() : [];
  if (awaited.length === 0) return '';
  return `, waits for ${awaited.map((future) => future.toString()).join(', ')}`;
}

function runsNow(task: Future<unknown>): boolean {
  const { stepping } = registry;
  const owner = stepping === undefined ? registry.asyncTask.getStore() : stepping;
  return owner?.task === task;
}

/** Whether its coroutine stands on an iterator of this copy of the package. */
function canBeProbed({ waitingFor, tickWait }: Standing): boolean {
  if (waitingFor !== null) return waitingFor instanceof Future;
  return tickWait instanceof TickWait && tickWait.isStanding;
}

function framesOfSuspended(coroutine: Coroutine<unknown>): StackFrame[] {
  const frames = read(stackOfSuspended(coroutine), resumeForProbe.name);
  return frames.map((frame) => ({ ...frame, kind: 'coroutine' }));
}

function liveFrames(): StackFrame[] {
  const holder: { readonly stack?: unknown } = {};
  const stack = withWholeStacks(() => {
    Error.captureStackTrace(holder, liveFrames);
    return holder.stack;
  });
  return withKinds(read(stack, stepTask.name));
}

function framesOfError(error: unknown): StackFrame[] {
  if (!(error instanceof Error)) return [];
  const { stack, message } = error;
  if (typeof stack !== 'string') return [];
  const headEnd = message === '' ? -1 : stack.indexOf(message);
  const frames = headEnd === -1 ? stack : stack.slice(headEnd + message.length);
  return withKinds(read(frames, stepTask.name));
}

/** A program that formats stacks its own way may give something else than text. */
function read(stack: unknown, until: string): StackFrame[] {
  return typeof stack === 'string' ? parseStack(stack, until) : [];
}

function frameOfFunction(work: TaskFunction<unknown>): StackFrame {
  const kind = isAsyncFunction(work) ? 'async function' : 'function';
  const functionName = work.name || '<anonymous>';
  return { functionName, file: null, line: null, column: null, kind };
}
