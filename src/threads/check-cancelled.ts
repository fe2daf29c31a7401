/**
 * How code that does not wait learns that its caller has cancelled: it asks.
 *
 * A coroutine hears of a cancel at its `yield*`, an async function by its signal; both need their
 * loop to turn. A function that computes for long asks for a word in shared memory, which its
 * caller's thread sets without any help of this one. After AnyIO's `from_thread.check_cancelled`.
 */
import { CancelledError } from '../errors.js';
import { registry } from '../loop/registry.js';
import { isWordCancelled } from './call-words.js';
import type { CancelWord } from './call-words.js';

/** Of the call whose synchronous code runs now. */
let runningWord: CancelWord | null = null;

/** Set while code waits that is to take no notice. */
let isSilent = false;

/** Of the calls that have become tasks which wait. */
const wordOfTask = new WeakMap<object, CancelWord>();

/**
 * Throws when the caller of the present call has cancelled it, or its time is up. For functions
 * that compute for long without waiting: call it as often as you like, it costs some nanoseconds.
 * Does nothing in code that no other thread has called.
 *
 * @throws CancelledError
 */
export function checkCancelled(): void {
  const word = presentWord();
  if (word !== null && isWordCancelled(word)) throw new CancelledError();
}

/** Runs the synchronous part of a call. */
export function runWithWord<T>(word: CancelWord | null, run: () => T): T {
  const outer = runningWord;
  runningWord = word;
  try {
    return run();
  } finally {
    runningWord = outer;
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
export function keepWord(task: object, word: CancelWord): void {
  wordOfTask.set(task, word);
}

/** The word of the present call; `null` where there is none. */
export function presentWord(): CancelWord | null {
  if (isSilent) return null;
  return runningWord ?? wordOfPresentTask();
}

/** The task has ended, and its call was answered: the word may come to mean another. */
export function dropWord(task: object): void {
  wordOfTask.delete(task);
}

function wordOfPresentTask(): CancelWord | null {
  const task = registry.stepping ?? registry.asyncTask.getStore() ?? null;
  return task === null ? null : (wordOfTask.get(task) ?? null);
}
