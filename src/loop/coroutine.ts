/**
 * Coroutines: generators that a loop drives.
 *
 * A coroutine waits with `yield*`: on a future, on another coroutine, on anything of this library
 * that can be waited for. As the loop resumes it by hand, `cancel()` really lands inside, at the
 * `yield*` where it stands, as `CancelledError`; a running async function cannot be reached so.
 */

/**
 * What a coroutine hands to its loop: the future that it waits for, or `null` for one tick.
 *
 * `yield*` sets the flag for just that moment, so that a bare `yield` of a future is told from a
 * wait. Having the property at all is what makes an object a future, also one of another copy of
 * this package (asyncio's `_asyncio_future_blocking`).
 */
export type Suspension = { threadloopAwaited: boolean } | null;

/**
 * A coroutine: what a `function*` returns when it is called. Give it to a loop with `createTask`,
 * `run` or `gather`, or wait for it in another coroutine with `yield*`.
 *
 * @example
 * function* greet(name: string): Coroutine<string> {
 *   yield* sleep(10);
 *   return `hello, ${name}`;
 * }
 */
export type Coroutine<T> = Generator<Suspension, T, unknown>;

/** What asyncio's functions take: a future, a coroutine object, or any promise. */
export type Awaitable<T> = PromiseLike<T> | Coroutine<T>;

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** What every generator of this realm is an instance of: known by it in some nanoseconds. */
const Generator = function Generator(): void {};
Generator.prototype = (Object.getPrototypeOf(function* none() {}) as GeneratorFunction).prototype;

/** Whether a value is a coroutine object: what calling a generator function gives. */
export function isCoroutine(value: unknown): value is Coroutine<unknown> {
  // Asked for whatever a function returns, which mostly is no object.
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Generator || tagOf(value) === '[object Generator]';
}

/** Whether a value is a generator function: one that still has to be called. */
export function isCoroutineFunction(
  value: unknown,
): value is (...args: never) => Coroutine<unknown> {
  return tagOf(value) === '[object GeneratorFunction]';
}

/** Whether a value is a function declared `async`. */
export function isAsyncFunction(value: unknown): value is (...args: never) => Promise<unknown> {
  return tagOf(value) === '[object AsyncFunction]';
}

/**
 * Whether a value is a wait of this library or another copy of it, for `await` and `yield*` alike:
 * a future, a call, an operation. Effection's tasks are promises with an iterator too, and name
 * themselves otherwise.
 */
export function isOwnWait(value: unknown): value is Coroutine<unknown> {
  return isPromiseLike(value) && Symbol.iterator in value && tagOf(value) === '[object Promise]';
}

/** Whether a value has a `then` to wait with. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  const type = typeof value;
  if ((type !== 'object' && type !== 'function') || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
