/**
 * The calls that this thread has made over one link and that are not answered yet.
 *
 * Every call that was accepted settles exactly once: by its answer, by its cancellation, or by
 * `failAll` when the far thread dies. A cancelled call stays in the books until its answer comes,
 * since the far side is busy with it until then.
 */
import { priorities } from '../scheduling/task-priority.js';
import { captureCarried } from '../wire/carried-context.js';
import type { CarriedContext } from '../wire/carried-context.js';
import type { EncodedError } from '../wire/error-codec.js';
import { decodeError } from '../wire/error-codec.js';
import type { Link } from '../wire/link.js';
import { Operation, ordinaryRank } from '../wire/message.js';
import type { CallExtras, FunctionAddress } from '../wire/message.js';
import type { CallOptions } from './call-options.js';
import { OutgoingWords } from './call-words.js';
import type { WordMemory } from './call-words.js';
import { joinStacks, NearStacks } from './near-stack.js';
import { RemoteCall } from './remote-call.js';
import type { Carrier } from './remote-call.js';

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
  readonly #nearStacks = new NearStacks();
  /** By id, which is the number of its word. */
  readonly #pending: (RemoteCall<unknown> | WithdrawnCall | null)[] = [];
  #pendingCount = 0;
  /** In the order of which calls are failed. */
  #sentCount = 0;
  /** Posts are counted downwards. */
  #lastPostId = 0;
  #completedCount = 0;
  readonly #onAnswered: (() => void)[] = [];

  constructor(link: Link, options: OutgoingOptions) {
    this.#link = link;
    this.#options = options;
    this.#words = new OutgoingWords(options.shareWords);
  }

  /** How many calls are not answered yet. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** How many calls were answered. */
  get completedCount(): number {
    return this.#completedCount;
  }

  send(call: RemoteCall<unknown>): void {
    const { address, args, options } = call;
    const id = this.#words.take(options.timeoutMs !== undefined);
    call.id = id;
    this.#sentCount += 1;
    call.order = this.#sentCount;
    this.#pending[id] = call;
    this.#pendingCount += 1;
    // Somebody waits now, so the process has to stay.
    if (this.#pendingCount === 1) this.#link.ref();
    const isFirst = this.#link.outboxCount === 0;
    const kind = options.isIterated === true ? Operation.Iterate : Operation.Call;
    const extras = extrasOf(options, call.context);
    call.isRepeatable = this.#link.call(kind, id, rankOf(options), address, args, extras);
    call.onSent(this);
    // oxlint-disable-next-line typescript/unbound-method -- named, not called
    if (call.near === null) this.#nearStacks.tell(call, isFirst, RemoteCall.prototype.begin);
  }

  post(address: FunctionAddress, args: readonly unknown[], options: CallOptions): RemoteHandle {
    this.#lastPostId -= 1;
    const id = this.#lastPostId;
    const extras = extrasOf(options, captureCarried());
    this.#link.call(Operation.Post, id, rankOf(options), address, args, extras);
    return new PostedCall(this.#link, id);
  }

  cancel({ id }: RemoteCall<unknown>, message: string | undefined): boolean {
    const hasBegun = !this.#words.withdraw(id);
    if (hasBegun) this.#words.cancel(id);
    this.#link.cancel(id, message);
    return hasBegun || this.#words.isLoading(id);
  }

  /** Its place in the books stays taken until the far side has let go of it. */
  withdraw(call: RemoteCall<unknown>): boolean {
    const { id } = call;
    if (!this.#words.withdraw(id)) return false;
    this.#pending[id] = new WithdrawnCall(call);
    this.#link.cancel(id, undefined);
    return true;
  }

  isLoading({ id }: RemoteCall<unknown>): boolean {
    return this.#words.isLoading(id);
  }

  startedAtMs({ id }: RemoteCall<unknown>): number | null {
    return this.#words.startedAtMs(id);
  }

  replaceThread(call: RemoteCall<unknown>, reason: string): void {
    const held = this.#pending[call.id] ?? null;
    const isHeld = held === call || (held instanceof WithdrawnCall && held.call === call);
    if (isHeld) this.#options.replaceThread(reason);
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

  /** A call could not be sent. */
  onUnsendable(id: number, error: Error): void {
    const call = this.#take(id);
    if (call instanceof RemoteCall) call.setException(error);
  }

  /** Resolves once no call waits for an answer. */
  answered(): Promise<void> {
    if (this.#pendingCount === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAnswered.push(resolve));
  }

  /** Cancels whatever is not answered. */
  cancelAll(): void {
    for (const call of this.unanswered()) call.cancel();
  }

  /**
   * Lets code that only asks (`checkCancelled`) know that it is to end, and what waits never
   * start; no future changes before the far side answers.
   */
  cancelWords(): void {
    for (const [id, call] of this.#pending.entries()) {
      if (call !== null && !this.#words.withdraw(id)) this.#words.cancel(id);
    }
  }

  /** The far side has lost messages, no one knows which. */
  onMessagesLost(error: unknown): void {
    this.#link.forgetDefinitions();
    this.failAll(error);
    this.#words.abandonAll();
  }

  /** The far thread is lost, or its answers are: fails whatever is not answered. */
  failAll(error: unknown): void {
    const calls = this.unanswered();
    for (const [id, call] of this.#pending.entries()) {
      if (call === null) continue;
      // What has not begun never will, wherever its message still gets to.
      this.#words.withdraw(id);
      if (call instanceof WithdrawnCall) void this.#take(id);
    }
    this.failLost(calls, new Set(), error);
  }

  /** Fails those of the calls which wait here, while the far side has them no more. */
  failLost(
    calls: readonly RemoteCall<unknown>[],
    alive: ReadonlySet<number>,
    error: unknown,
  ): void {
    for (const call of calls) {
      // The failure of one before it may have led to its end.
      if (this.#pending[call.id] !== call || alive.has(call.id)) continue;
      void this.#take(call.id);
      call.onLost(error);
    }
  }

  /** The calls whose answers somebody waits for, as they were sent. */
  unanswered(): RemoteCall<unknown>[] {
    const calls = this.#pending.filter((call) => call instanceof RemoteCall);
    return calls.toSorted((a, b) => a.order - b.order);
  }

  #take(id: number): RemoteCall<unknown> | WithdrawnCall | null {
    const call = this.#pending[id] ?? null;
    if (call === null) return null;
    this.#pending[id] = null;
    this.#pendingCount -= 1;
    this.#words.release(id);
    this.#completedCount += 1;
    if (this.#pendingCount === 0) this.#allAnswered();
    if (call instanceof RemoteCall) call.onEnded();
    this.#options.onAnswer();
    return call;
  }

  #allAnswered(): void {
    this.#nearStacks.letGo();
    this.#link.unref();
    for (const resolve of this.#onAnswered.splice(0)) resolve();
  }
}

/** Keeps the place of a call that was withdrawn, and may have gone elsewhere. */
class WithdrawnCall {
  readonly call: RemoteCall<unknown>;

  constructor(call: RemoteCall<unknown>) {
    this.call = call;
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

function rankOf({ priority }: CallOptions): number {
  return priority === undefined ? ordinaryRank : priorities.indexOf(priority);
}

function extrasOf(
  { transferList }: CallOptions,
  context: CarriedContext | undefined,
): CallExtras | null {
  return transferList === undefined && context === undefined ? null : { transferList, context };
}
