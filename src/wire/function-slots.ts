/**
 * The small numbers by which one end of a link names functions, after it has defined them once.
 * Belongs to the thread of its link; slots are counted upwards from 0.
 */
import { ThreadloopError } from '../errors.js';
import { slotCount } from './message.js';
import type { FunctionAddress } from './message.js';

/** One end's slots. */
export class FunctionSlots {
  readonly #slots = new Map<string, number>();
  readonly #define: (slot: number, address: FunctionAddress) => void;
  #lastAddress: FunctionAddress | null = null;
  #lastSlot = 0;

  /** @param define - tells the other end what a new slot means */
  constructor(define: (slot: number, address: FunctionAddress) => void) {
    this.#define = define;
  }

  /** The slot of a function; defined first, where it is new. */
  of(address: FunctionAddress): number {
    // Calls in a row are mostly of one function.
    if (address === this.#lastAddress) return this.#lastSlot;
    const key = `${address.url}#${address.name}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#slots.size;
      if (slot === slotCount) throw tooMany(address);
      this.#slots.set(key, slot);
      this.#define(slot, address);
    }
    this.#lastAddress = address;
    this.#lastSlot = slot;
    return slot;
  }

  /** The name of the function of a slot, for people. */
  nameOf(slot: number): string {
    for (const [key, each] of this.#slots) {
      if (each === slot) return key.slice(key.lastIndexOf('#') + 1);
    }
    return '(unknown)';
  }

  /** The other end may have lost what it was told: defines all anew. */
  clear(): void {
    this.#slots.clear();
    this.#lastAddress = null;
  }
}

function tooMany({ name }: FunctionAddress): ThreadloopError {
  return new ThreadloopError(
    `${name}() cannot be called: one thread can name ${slotCount} functions of another. Give ` +
      'what varies as an argument, and not as a module of its own',
  );
}
