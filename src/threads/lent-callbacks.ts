/**
 * The callbacks that the two threads of a link have lent each other.
 *
 * The lender keeps a callback for as long as the borrower may call it. It counts how often it has
 * sent the number; the borrower, when it lets go, says how often it has got it. So a number that
 * is under way while the borrower lets go is not lost.
 */
import { markersInUse } from '../wire/special-values.js';
import type { Callback, OwnCallback } from './callback.js';
import { lendable, makeFace, ownCallback, releasedError } from './callback.js';
import { ConcurrentFuture } from './concurrent-future.js';
import { Lending } from './lending.js';
import type { Lane } from './lending.js';

/** What travels: a callback of the sender's, or one of the receiver's that comes back. */
export type CallbackAddress =
  | { readonly callback: number; readonly name: string }
  | { readonly yours: number };

interface Loan {
  readonly callback: OwnCallback;
  /** How often its number was sent. */
  count: number;
}

/** A callback of the far side. */
interface Borrowed {
  readonly lender: LentCallbacks;
  readonly number: number;
  readonly name: string;
  /** How often its number has come. */
  count: number;
  isReleased: boolean;
}

/** By the functions that users hold. */
const borrowedFaces = new WeakMap<object, Borrowed>();

/** Whether a function is a callback, of whatever thread. */
export function isCallback(value: object): boolean {
  return ownCallback(value) !== undefined || borrowedFaces.has(value);
}

/** The callbacks of one link, both ways. */
export class LentCallbacks {
  readonly #lane: Lane;
  readonly #loans = new Map<number, Loan>();
  readonly #numbers = new Map<OwnCallback, number>();
  #lastNumber = 0;
  readonly #borrowed = new Map<number, WeakRef<Callback>>();
  /** Lets go of what is garbage here. */
  readonly #forgotten = new FinalizationRegistry<() => void>((letGo) => letGo());
  /** Lent since `takeTemporary` was called last, until the end of a call. */
  readonly #temporary: OwnCallback[] = [];

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** How many callbacks of this thread are kept for the far side. */
  get loanCount(): number {
    return this.#loans.size;
  }

  /** @throws CallbackReleasedError */
  give(face: Callback): CallbackAddress {
    const borrowed = borrowedFaces.get(face);
    if (borrowed?.isReleased === true) throw releasedError(borrowed.name);
    if (borrowed?.lender === this) return { yours: borrowed.number };
    // The far side reaches a callback of a third thread through this one.
    const callback = lendable(face);
    if (callback.isReleased) throw releasedError(face.name);
    if (callback.releaseAfterCall) this.#temporary.push(callback);
    return { callback: this.#lend(callback), name: face.name };
  }

  /** What stands on this side for what was given on the other. */
  take(address: CallbackAddress): Callback {
    if ('callback' in address) return this.#borrow(address.callback, address.name);
    const { face } = this.#loans.get(address.yours)?.callback ?? {};
    return face ?? makeFace('', () => failedWith(releasedError('')), ignore);
  }

  /** The callbacks that the last message has lent only until its call ends. */
  takeTemporary(): readonly OwnCallback[] {
    return this.#temporary.length === 0 ? this.#temporary : this.#temporary.splice(0);
  }

  /** The far side calls: the number of the callback comes last. */
  run(args: unknown[]): unknown {
    const loan = this.#loans.get(args.pop() as number);
    if (loan === undefined) throw releasedError('');
    return loan.callback.invoke(args);
  }

  /** The far side has let go. */
  release(number: number, count: number): void {
    const loan = this.#loans.get(number);
    if (loan === undefined) return;
    loan.count -= count;
    if (loan.count <= 0) this.drop(loan.callback);
  }

  /** Keeps a callback no longer. */
  drop(callback: OwnCallback): void {
    this.#loans.delete(this.#numbers.get(callback) ?? -1);
    this.#numbers.delete(callback);
    callback.keepers.delete(this);
  }

  /** Keeps none any longer. */
  dropAll(): void {
    for (const callback of this.#numbers.keys()) this.drop(callback);
  }

  #lend(callback: OwnCallback): number {
    let number = this.#numbers.get(callback);
    const loan = this.#loans.get(number ?? -1);
    if (number !== undefined && loan !== undefined) {
      loan.count += 1;
      return number;
    }
    number = this.#lastNumber += 1;
    this.#loans.set(number, { callback, count: 1 });
    this.#numbers.set(callback, number);
    callback.keepers.add(this);
    return number;
  }

  #borrow(number: number, name: string): Callback {
    markersInUse.callbacks = true;
    const known = this.#borrowed.get(number)?.deref();
    const record = known === undefined ? undefined : borrowedFaces.get(known);
    if (known !== undefined && record?.isReleased === false) {
      record.count += 1;
      return known;
    }
    const borrowed: Borrowed = { lender: this, number, name, count: 1, isReleased: false };
    const letGo = (): void => this.#letGo(borrowed);
    const call = (args: unknown[]): ConcurrentFuture<unknown> => {
      if (borrowed.isReleased) return failedWith(releasedError(name));
      // The number comes last, so that those of the arguments are right in errors.
      return this.#lane.call(Lending.callback, [...args, number]);
    };
    const face = makeFace(name, call, letGo);
    borrowedFaces.set(face, borrowed);
    this.#borrowed.set(number, new WeakRef(face));
    this.#forgotten.register(face, letGo);
    return face;
  }

  #letGo(borrowed: Borrowed): void {
    if (borrowed.isReleased) return;
    borrowed.isReleased = true;
    const face = this.#borrowed.get(borrowed.number)?.deref();
    // The number may have come again meanwhile, and stand for another function.
    if (face === undefined || borrowedFaces.get(face) === borrowed) {
      this.#borrowed.delete(borrowed.number);
    }
    this.#lane.post(Lending.release, [borrowed.number, borrowed.count]);
  }
}

function failedWith(error: unknown): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  future.setException(error);
  return future;
}

function ignore(): void {}
