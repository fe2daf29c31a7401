/**
 * How a call on another thread's loop fails, in Effect's three ways.
 *
 * What the called function throws, and what may happen to any call (a thread that dies, a limit of
 * time, a queue that is full), is expected: a `CallError` in the error channel. What only a mistake
 * in the program can cause is a defect. A call that was cancelled is an interruption.
 */
import type { YieldableError } from 'effect/Cause';
import * as Data from 'effect/Data';
import * as Effect from 'effect/Effect';
import {
  ExportNotFoundError,
  InvalidArgumentError,
  isCancelled,
  ModuleNotFoundError,
  NotAFunctionError,
  NotCloneableError,
  TypeScriptModuleError,
  UnregisteredClassError,
} from '../../errors.js';

/** Nobody can recover from these but whoever writes the program. */
const mistakes = [
  ExportNotFoundError,
  InvalidArgumentError,
  ModuleNotFoundError,
  NotAFunctionError,
  NotCloneableError,
  TypeScriptModuleError,
  UnregisteredClassError,
];

interface CallErrorFields {
  readonly message: string;
  /** What was thrown, in its class where that is built in or registered. */
  readonly cause: unknown;
  /** That of the cause: of an error of threadloop always, as `ERR_LOOP_DIED`. */
  readonly code: string | undefined;
}

type CallErrorBase = new (
  fields: CallErrorFields,
) => YieldableError & { readonly _tag: 'CallError' } & Readonly<CallErrorFields>;

const TaggedCallError: CallErrorBase = Data.TaggedError('CallError')<CallErrorFields & object>;

/**
 * A call on another thread's loop has failed: for `Effect.catchTag('CallError', …)`. Its `cause` is
 * what was thrown, its `code` tells the kind.
 */
export class CallError extends TaggedCallError {}

/** The effect that ends as a call has that threw this. */
export function failCall(error: unknown): Effect.Effect<never, CallError> {
  if (isCancelled(error)) return Effect.interrupt;
  if (mistakes.some((each) => error instanceof each)) return Effect.die(error);
  const { message, code } = Object(error) as {
    readonly message?: unknown;
    readonly code?: unknown;
  };
  return Effect.fail(
    new CallError({
      message: typeof message === 'string' ? message : String(error),
      cause: error,
      code: typeof code === 'string' ? code : undefined,
    }),
  );
}
