/**
 * Remote functions: functions do not travel between threads, their addresses do.
 *
 * A remote function is a plain object, the URL of a module and the name of an export. It can
 * be called on any loop, be an argument, be stored, and survives being copied between threads.
 */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { InvalidArgumentError } from '../errors.js';
import type { AnyFunction, FunctionReference } from '../loop/function-reference.js';
import type { FunctionAddress } from '../wire/message.js';

export type { AnyFunction, RemoteParameters, RemoteResult } from '../loop/function-reference.js';

/** The address of an exported function; `F` is its type, and exists for the compiler only. */
export interface RemoteFunction<F extends AnyFunction = AnyFunction>
  extends FunctionAddress, FunctionReference<F> {}

/** The functions of a module, as remote functions. */
export type RemoteModule<M> = {
  readonly [K in keyof M as M[K] extends AnyFunction ? K : never]: M[K] extends AnyFunction
    ? RemoteFunction<M[K]>
    : never;
};

/**
 * The address of one exported function.
 *
 * @param url - absolute: `new URL('./tasks.js', import.meta.url)`, or `import.meta.resolve('…')`
 * @throws InvalidArgumentError when it is relative, or the name is no text
 */
export function remoteFunction<F extends AnyFunction = AnyFunction>(
  url: string | URL,
  name: string,
): RemoteFunction<F> {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(
      `remoteFunction() expects the name of an export, got ${inspect(name)}`,
    );
  }
  return Object.freeze({ url: absoluteUrl(url), name });
}

/**
 * Typed remote functions for the exports of a module, made on first use. The module itself is
 * loaded by the threads that run its functions, not by this call.
 *
 * @param url - as for `remoteFunction`
 *
 * @example
 * const tasks = remoteModule<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url));
 * await loop.runCoroutineThreadsafe(tasks.crawl, 'https://example.org');
 */
export function remoteModule<M>(url: string | URL): RemoteModule<M> {
  const href = absoluteUrl(url);
  const functions = new Map<string, RemoteFunction>();
  return new Proxy(Object.create(null) as RemoteModule<M>, {
    get(_target, name) {
      // A module that is awaited by mistake must not look like a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      let fn = functions.get(name);
      if (fn === undefined) functions.set(name, (fn = remoteFunction(href, name)));
      return fn;
    },
  });
}

/** Whether a value is the address of a function. */
export function isRemoteFunction(value: unknown): value is RemoteFunction {
  if (typeof value !== 'object' || value === null) return false;
  const { url, name } = value as Partial<FunctionAddress>;
  return typeof url === 'string' && typeof name === 'string';
}

/** @throws InvalidArgumentError when `value` is not the address of a function */
export function assertRemoteFunction(value: unknown, method: string): void {
  if (isRemoteFunction(value)) return;
  const given = typeof value === 'function' ? `the function ${value.name}` : inspect(value);
  throw new InvalidArgumentError(
    `${method}() expects a remote function, got ${given}: functions do not travel between ` +
      'threads, export it from a module and take it from remoteModule(url)',
  );
}

function absoluteUrl(url: string | URL): string {
  if (url instanceof URL) return url.href;
  if (typeof url === 'string') {
    if (isAbsolute(url)) return pathToFileURL(url).href;
    if (URL.canParse(url)) return url;
  }
  throw new InvalidArgumentError(
    `a module is named by its absolute URL, got ${inspect(url)}: write ` +
      `new URL('./tasks.js', import.meta.url), or import.meta.resolve('package')`,
  );
}
