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

const underWay = new Set<object>();

/** How many objects a text shows inside each other. A guess, safe to change. */
const maxDepth = 10;

/** What `print` gives, or dots: tasks may wait for each other in a ring, or a very long chain. */
export function printOnce(object: object, print: () => string): string {
  if (underWay.has(object) || underWay.size === maxDepth) return '...';
  underWay.add(object);
  try {
    return print();
  } finally {
    underWay.delete(object);
  }
}
