/**
 * The calls that this thread has made over one link and that are not answered yet.
 *
 * Every call that was accepted settles exactly once: by its answer, by its cancellation, or by
 * `failAll` when the far thread dies. A cancelled call stays in the books until its answer comes,
 * since the far side is busy with it until then.
 */
import { defaultPriority, priorities } from '../scheduling/task-priority.js';
import { captureCarried } from '../wire/carried-context.js';
import type { EncodedError } from '../wire/error-codec.js';
import { decodeError } from '../wire/error-codec.js';
import type { Link } from '../wire/link.js';
import type { FunctionAddress } from '../wire/message.js';
import type { CallOptions } from './call-options.js';
import { noWord, OutgoingWords } from './call-words.js';
import type { WordMemory } from './call-words.js';
import { joinStacks } from './near-stack.js';
import { RemoteCall } from './remote-call.js';
import type { Carrier } from './remote-call.js';

/**
 * The first calls of each flush remember where they were made, for the near side of a stack. It
 * costs about 1.5 µs; in a burst of calls the rest come from the same place as a rule.
 */
const nearStacksPerFlush = 4;

/** A post that may still be withdrawn. */
export interface RemoteHandle {
  /** Withdraws the callback if it has not begun; it may be too late, which nobody is told. */
  cancel(): void;
  /** Whether `cancel()` was called. */
  cancelled(): boolean;
}

/** What the outgoing calls of a link need to know of their surroundings. */
export interface OutgoingOptions {
  readonly farName: string;
  /** Tells the far side of memory for words. */
  readonly shareWords: (memory: WordMemory) => void;
  readonly replaceThread: (reason: string) => void;
  /** A call was answered, or has left the books otherwise. */
  readonly onAnswer: () => void;
  /** Throws when that call cannot be answered while this thread is blocked, for so long by now. */
  readonly assertCanBlock: (id: number, blockedMs: number) => void;
}

/** The outgoing half of a link's calls. */
export class OutgoingCalls implements Carrier {
  readonly #link: Link;
  readonly #options: OutgoingOptions;
  readonly #words: OutgoingWords;
  readonly #pending = new Map<number, RemoteCall<unknown> | WithdrawnCall>();
  #lastId = 0;
  #completedCount = 0;
  readonly #onAnswered: (() => void)[] = [];

  constructor(link: Link, options: OutgoingOptions) {
    this.#link = link;
    this.#options = options;
    this.#words = new OutgoingWords(options.shareWords);
  }

  /** How many calls are not answered yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** How many calls were answered. */
  get completedCount(): number {
    return this.#completedCount;
  }

  send(call: RemoteCall<unknown>): void {
    const { address, args, options } = call;
    this.#lastId += 1;
    call.id = this.#lastId;
    call.word = this.#words.take(options.timeoutMs !== undefined);
    this.#pending.set(call.id, call);
    // Somebody waits now, so the process has to stay.
    if (this.#pending.size === 1) this.#link.ref();
    const keepsStack = this.#link.outboxCount < nearStacksPerFlush;
    const { id, word } = call;
    const isIterated = options.isIterated === true;
    const { context } = call;
    const heading = { id, word, rank: rankOf(options), isIterated, context };
    call.isRepeatable = this.#link.call(heading, address, args, options.transferList);
    call.onSent(this, keepsStack);
  }

  post(address: FunctionAddress, args: readonly unknown[], options: CallOptions): RemoteHandle {
    this.#lastId += 1;
    const context = captureCarried();
    const heading = { id: this.#lastId, word: noWord, rank: rankOf(options), context };
    this.#link.post(heading, address, args, options.transferList);
    return new PostedCall(this.#link, this.#lastId);
  }

  cancel({ id, word }: RemoteCall<unknown>, message: string | undefined): boolean {
    const hasBegun = !this.#words.withdraw(word);
    if (hasBegun) this.#words.cancel(word);
    this.#link.cancel(id, message);
    return hasBegun || this.#words.isLoading(word);
  }

  /** Its place in the books stays taken until the far side has let go of it. */
  withdraw({ id, word }: RemoteCall<unknown>): boolean {
    if (!this.#words.withdraw(word)) return false;
    this.#pending.set(id, new WithdrawnCall(word));
    this.#link.cancel(id, undefined);
    return true;
  }

  isLoading({ word }: RemoteCall<unknown>): boolean {
    return this.#words.isLoading(word);
  }

  startedAtMs({ word }: RemoteCall<unknown>): number | null {
    return this.#words.startedAtMs(word);
  }

  replaceThread({ id }: RemoteCall<unknown>, reason: string): void {
    if (this.#pending.has(id)) this.#options.replaceThread(reason);
  }

  assertCanBlock({ id }: RemoteCall<unknown>, blockedMs: number): void {
    this.#options.assertCanBlock(id, blockedMs);
  }

  onResult(id: number, value: unknown): void {
    const call = this.#take(id);
    if (call instanceof RemoteCall) call.setResult(value);
  }

  onError(id: number, encoded: EncodedError): void {
    const call = this.#take(id);
    // Nobody looks at the error of a call that was cancelled or withdrawn.
    if (!(call instanceof RemoteCall) || call.done()) return;
    const error = decodeError(encoded);
    if (error instanceof Error) joinStacks(error, call.nearStack(this.#options.farName));
    call.setException(error);
  }

  /** A call could not be sent; `false` when it was no call but a post. */
  onUnsendable(id: number, error: Error): boolean {
    const call = this.#take(id);
    if (call instanceof RemoteCall) call.setException(error);
    return call !== undefined;
  }

  /** Resolves once no call waits for an answer. */
  answered(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAnswered.push(resolve));
  }

  /** Cancels whatever is not answered. */
  cancelAll(): void {
    for (const call of this.#pending.values()) if (call instanceof RemoteCall) call.cancel();
  }

  /** Lets code that only asks (`checkCancelled`) know that it is to end; no future changes. */
  cancelWords(): void {
    for (const { word } of this.#pending.values()) this.#words.cancel(word);
  }

  /** The far side has lost messages, no one knows which. */
  onMessagesLost(error: unknown): void {
    this.#link.forgetDefinitions();
    this.failAll(error);
    this.#words.abandonAll();
  }

  /** The far thread is lost, or its answers are: fails whatever is not answered. */
  failAll(error: unknown): void {
    for (const [id, { word }] of this.#pending) {
      // What has not begun never will, wherever its message still gets to.
      this.#words.withdraw(word);
      const call = this.#take(id);
      if (call instanceof RemoteCall) call.onLost(error);
    }
  }

  #take(id: number): RemoteCall<unknown> | WithdrawnCall | undefined {
    const call = this.#pending.get(id);
    if (call === undefined) return undefined;
    this.#pending.delete(id);
    this.#words.release(call.word);
    this.#completedCount += 1;
    if (this.#pending.size === 0) this.#allAnswered();
    if (call instanceof RemoteCall) call.onEnded();
    this.#options.onAnswer();
    return call;
  }

  #allAnswered(): void {
    this.#link.unref();
    for (const resolve of this.#onAnswered.splice(0)) resolve();
  }
}

/** Keeps the number and the word of a call that has gone elsewhere. */
class WithdrawnCall {
  readonly word: number;

  constructor(word: number) {
    this.word = word;
  }
}

class PostedCall implements RemoteHandle {
  readonly #link: Link;
  readonly #id: number;
  #cancelled = false;

  constructor(link: Link, id: number) {
    this.#link = link;
    this.#id = id;
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#link.cancel(this.#id, undefined);
  }

  cancelled(): boolean {
    return this.#cancelled;
  }
}

function rankOf({ priority = defaultPriority }: CallOptions): number {
  return priorities.indexOf(priority);
}
