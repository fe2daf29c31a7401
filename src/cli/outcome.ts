/**
 * What became of one input, as text that can travel.
 *
 * Made on the loop that did the work, so that the cost of writing JSON is spread over the loops and
 * any value can be told: nothing but strings and numbers crosses to the main thread.
 */
import { inspect } from 'node:util';
import { TimeoutError } from '../errors.js';
import type { LoopDiedError } from '../errors.js';

/** How the work on one input ended. */
export interface Outcome {
  readonly isError: boolean;
  /** The value, or the error as an `ErrorRecord`, as JSON text without a line break. */
  readonly json: string;
  /** From the start of the call to its end, on the clock of the loop that ran it. */
  readonly ms: number;
}

/** An error as it stands in an answer. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
  /** Of an `AggregateError`. */
  readonly errors?: readonly ErrorRecord[];
}

/** Levels told below an error: enough for any real chain, and an end for one that is a circle. */
const maxDepth = 8;

/** Parts told of an `AggregateError`: a line of output should stay a line. */
const maxPartCount = 16;

/**
 * The outcome of work that gave a value.
 *
 * JSON has no `undefined`: it becomes `null`. A value that JSON cannot hold (a BigInt, a circle, a
 * function, a symbol, or one whose `toJSON` throws) gives an error that names the problem; what
 * JSON drops or changes inside a value (`undefined` members, `NaN`, class instances, maps) goes the
 * way `JSON.stringify` sends it.
 */
export function outcomeOfValue(value: unknown, ms: number): Outcome {
  if (value === undefined) return { isError: false, json: 'null', ms };
  try {
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined) return { isError: false, json, ms };
    const thing = typeof value === 'object' ? 'value whose toJSON() gives nothing' : typeof value;
    return outcomeOfError(new TypeError(`the function returned a ${thing}: JSON has none`), ms);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
    const problem = `the function returned a value that JSON cannot hold: ${reason}`;
    return outcomeOfError(new TypeError(problem, { cause: error }), ms);
  }
}

/** The outcome of work that threw; anything can be thrown. */
export function outcomeOfError(error: unknown, ms: number): Outcome {
  return { isError: true, json: JSON.stringify(toErrorRecord(error, 0)), ms };
}

/** The outcome of work that did not end in the time it had. */
export function outcomeOfTimeout(timeoutMs: number, ms: number): Outcome {
  return outcomeOfError(withoutStack(new TimeoutError(`timed out after ${timeoutMs} ms`)), ms);
}

/** The outcome of work that took its thread with it, with what the loop said of that. */
export function outcomeOfDeath(death: LoopDiedError, ms: number): Outcome {
  return outcomeOfError(withoutStack(death), ms);
}

/** Where we made the error says nothing of where the work went wrong. */
function withoutStack(error: Error): Error {
  Object.defineProperty(error, 'stack', { value: undefined });
  return error;
}

function toErrorRecord(error: unknown, depth: number): ErrorRecord {
  if (!isErrorLike(error)) return { name: 'ThrownValue', message: inspect(error) };
  const { name, message, code, stack, cause, errors } = error;
  return {
    name: String(name),
    message: String(message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(cause === undefined || depth === maxDepth
      ? {}
      : { cause: toErrorRecord(cause, depth + 1) }),
    ...(Array.isArray(errors) && depth < maxDepth
      ? { errors: errors.slice(0, maxPartCount).map((it) => toErrorRecord(it, depth + 1)) }
      : {}),
  };
}

/** Errors of another realm (`node:vm`) are no `instanceof Error`, so the shape decides. */
function isErrorLike(error: unknown): error is Error & { code?: unknown; errors?: unknown } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
