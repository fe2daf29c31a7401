/**
 * The address of a function, as far as a loop knows of it: what is handed to an executor.
 *
 * A loop only passes it on. Who makes such addresses, and how they are followed in another thread,
 * is told in `src/threads/remote-function.ts`.
 */

/** Any function that a module can export. */
export type AnyFunction = (...args: never[]) => unknown;

declare const signature: unique symbol;

/** Where a function is found; `F` is its type, and exists for the compiler only. */
export interface FunctionReference<F extends AnyFunction = AnyFunction> {
  /** Of the module. */
  readonly url: string;
  /** Of the export. */
  readonly name: string;
  readonly [signature]?: F;
}

/** What a caller passes: a trailing `AbortSignal` is supplied on the other side. */
export type RemoteParameters<F extends AnyFunction> =
  Parameters<F> extends [...infer Rest, AbortSignal] ? Rest : Parameters<F>;

/** What a caller gets: what the promise resolves to, or what the coroutine returns. */
export type RemoteResult<F extends AnyFunction> =
  ReturnType<F> extends Generator<infer _Yielded, infer T, infer _Sent>
    ? T
    : Awaited<ReturnType<F>>;
