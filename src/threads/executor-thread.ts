/**
 * What runs inside a thread of an executor: one job at a time, and no loop.
 *
 * Each job brings a port and a word of shared memory. The arguments wait in the port, and the
 * answer leaves by it: so whatever cannot be copied is found out here, where the error can name it.
 * The word says how far the job is. The thread moves it on only from the state that it expects: so
 * a job that was cancelled before it began never begins.
 *
 * | state     | moves to         | by                                                |
 * |-----------|------------------|---------------------------------------------------|
 * | waiting   | taken, cancelled | the thread; the caller                            |
 * | taken     | begun, cancelled | the thread, once the module is loaded; the caller |
 * | begun     | cancelled        | the caller: the code is told, or asks             |
 * | cancelled | –                |                                                   |
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { InvalidArgumentError } from '../errors.js';
import { isCoroutine, isCoroutineFunction } from '../loop/coroutine.js';
import { decodeError, encodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { FunctionAddress } from '../wire/message.js';
import { notCloneable } from '../wire/not-cloneable.js';
import { cancelled } from './call-words.js';
import { runWithFlag } from './check-cancelled.js';
import { resolveExport } from './module-loader.js';
import { takesSignal, withSignal } from './signal-argument.js';

/** How far a job is: the word that it shares with its caller. */
export const JobState: Readonly<Record<'waiting' | 'taken' | 'begun' | 'cancelled', number>> = {
  waiting: 0,
  taken: 1,
  begun: 2,
  cancelled,
};

/** What a thread is given. */
export interface JobOrder {
  readonly address: FunctionAddress;
  /** Brings the arguments, then perhaps the encoded reason of a cancel; takes the answer. */
  readonly port: MessagePort;
  /** One word. */
  readonly state: Int32Array;
}

/** What comes back. */
export type JobAnswer = { readonly value: unknown } | { readonly error: EncodedError };

/** Moves a job on; `false` where it was cancelled before. */
function advance(state: Int32Array, from: number, to: number): boolean {
  return Atomics.compareExchange(state, 0, from, to) === from;
}

type Callable = (...args: unknown[]) => unknown;

/** Runs one job to its end. Never throws: errors are answers too. */
export async function runJob({ address, port, state }: JobOrder): Promise<void> {
  if (!advance(state, JobState.waiting, JobState.taken)) return;
  try {
    const args = receiveMessageOnPort(port)?.message as unknown[];
    const fn = (await resolveExport(address.url, address.name)) as Callable;
    if (!advance(state, JobState.taken, JobState.begun)) return;
    const flag = { isCancelled: () => Atomics.load(state, 0) === JobState.cancelled };
    const returned = runWithFlag(flag, async () => call(fn, args, port), undefined);
    sendValue(port, address, await returned);
  } catch (error) {
    sendAnswer(port, { error: encodeError(error) });
  }
}

async function call(fn: Callable, args: readonly unknown[], port: MessagePort): Promise<unknown> {
  if (isCoroutineFunction(fn)) throw coroutineRefusal(fn.name);
  const given = takesSignal(fn, args) ? withSignal(fn, args, signalFrom(port)) : args;
  const returned = fn(...given);
  if (!isCoroutine(returned)) return returned;
  returned.return(undefined);
  throw coroutineRefusal(fn.name);
}

function coroutineRefusal(name: string): Error {
  return new InvalidArgumentError(
    `coroutines cannot be used with runInExecutor(): no loop runs in an executor's thread. Run ` +
      `${name || 'it'}() on a loop, with loop.runCoroutineThreadsafe() or coordinator.submit()`,
  );
}

/** Aborts when the caller says so. */
function signalFrom(port: MessagePort): AbortSignal {
  const controller = new AbortController();
  port.on('message', (reason: EncodedError) => controller.abort(decodeError(reason)));
  // Listening has referenced it; Piscina decides how long the thread lives.
  port.unref();
  return controller.signal;
}

function sendValue(port: MessagePort, { name }: FunctionAddress, value: unknown): void {
  try {
    sendAnswer(port, { value });
  } catch (cause) {
    throw notCloneable(`the result of ${name}()`, value, cause);
  }
}

function sendAnswer(port: MessagePort, answer: JobAnswer): void {
  port.postMessage(answer);
}
