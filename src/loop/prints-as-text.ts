/**
 * Lets an object print as its `toString()` says, also in `console.log` and `util.inspect`:
 * the counterpart of Python's `repr`.
 */
import { inspect } from 'node:util';

/** To be called in a class's static block; subclasses inherit it. */
export function printsAsText(anyClass: { readonly prototype: object }): void {
  Object.defineProperty(anyClass.prototype, inspect.custom, {
    value(this: { toString(): string }): string {
      return this.toString();
    },
    configurable: true,
    writable: true,
  });
}
