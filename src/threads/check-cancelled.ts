/**
 * How code that does not wait learns that its caller has cancelled: it asks.
 *
 * A coroutine hears of a cancel at its `yield*`, an async function by its signal; both need their
 * loop to turn. A function that computes for long asks for a word in shared memory, which its
 * caller's thread sets without any help of this one. After AnyIO's `from_thread.check_cancelled`.
 */
import { CancelledError } from '../errors.js';
import { registry } from '../loop/registry.js';

/** By which the code of a call asks whether its caller has cancelled it. Some nanoseconds. */
export interface CancelFlag {
  isCancelled(): boolean;
}

/** Of the call whose synchronous code runs now. */
let runningFlag: CancelFlag | null = null;

/** Set while code waits that is to take no notice. */
let isSilent = false;

/** Of the calls that have become tasks which wait. */
const flagOfTask = new WeakMap<object, CancelFlag>();

/**
 * Throws when the caller of the present call has cancelled it, or its time is up. For functions
 * that compute for long without waiting: call it as often as you like, it costs some nanoseconds.
 * Does nothing in code that no other thread has called.
 *
 * @throws CancelledError
 */
export function checkCancelled(): void {
  if (presentFlag()?.isCancelled() === true) throw new CancelledError();
}

/** Runs the synchronous part of a call. */
export function runWithFlag<T, A>(flag: CancelFlag, run: (arg: A) => T, arg: A): T {
  const outer = runningFlag;
  runningFlag = flag;
  try {
    return run(arg);
  } finally {
    runningFlag = outer;
  }
}

/** Blocks for something that a cancel of the present call does not end. */
export function blockSilently<T>(block: () => T): T {
  const before = isSilent;
  isSilent = true;
  try {
    return block();
  } finally {
    isSilent = before;
  }
}

/** The call goes on as a task: its later steps ask by that. */
export function keepFlag(task: object, flag: CancelFlag): void {
  flagOfTask.set(task, flag);
}

/** The flag of the present call; `null` where there is none. */
export function presentFlag(): CancelFlag | null {
  if (isSilent) return null;
  return runningFlag ?? flagOfPresentTask();
}

/** The task has ended, and its call was answered: the flag may come to mean another. */
export function dropFlag(task: object): void {
  flagOfTask.delete(task);
}

function flagOfPresentTask(): CancelFlag | null {
  const owner = registry.stepping ?? registry.asyncTask.getStore();
  return owner === undefined ? null : (flagOfTask.get(owner.task) ?? null);
}
