/**
 * Addresses of functions that run inside a function of ours: `outer(fn, ...args)` over there.
 *
 * Calling `outer` with the address of `fn` for an argument would do, but such a call begins before
 * the module of `fn` is loaded: behind calls that were made later, and without the classes that
 * the module registers for its arguments. So both are in one address, which is loaded as a whole.
 */
import type { FunctionAddress } from '../wire/message.js';
import { isBoundToCaller, boundToCaller } from './loaded-function.js';
import { resolveExport } from './module-loader.js';
import type { AnyFunction } from './remote-function.js';

/** No URL of a module begins so. What follows: its URL, and that and the name of the outer one. */
const scheme = 'threadloop:within ';

/** The address of `fn`, to be run inside `outer`. */
export function within(outer: FunctionAddress, fn: FunctionAddress): FunctionAddress {
  // URLs have no spaces.
  return { url: `${scheme}${fn.url} ${outer.url} ${outer.name}`, name: fn.name };
}

/** As `resolveExport`, also for addresses that `within` has made. */
export async function resolveFunction({ url, name }: FunctionAddress): Promise<AnyFunction> {
  if (!url.startsWith(scheme)) return resolveExport(url, name);
  const [innerUrl, outerUrl, outerName] = url.slice(scheme.length).split(' ') as [
    string,
    string,
    string,
  ];
  const outer = (await resolveExport(outerUrl, outerName)) as (...args: unknown[]) => unknown;
  const fn = await resolveExport(innerUrl, name);
  const both = (...args: unknown[]): unknown => outer(fn, ...args);
  return isBoundToCaller(outer) ? boundToCaller(both) : both;
}
