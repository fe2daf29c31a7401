/**
 * The calls that arrive over one link, and run on this thread's loop.
 *
 * They start in the order in which they were made, those of a higher rank first. A function whose
 * module is still loading holds up those behind it, as order demands; answers to our own calls are
 * not held up, so a module may call out while it loads.
 */
import { CancelledError, NoRunningLoopError } from '../errors.js';
import type { EventLoop } from '../loop/event-loop.js';
import { registry } from '../loop/registry.js';
import { Fifo } from '../queues/fifo.js';
import type { Link } from '../wire/link.js';
import { Operation, ordinaryRank } from '../wire/message.js';
import type { CallKind, Carried, FunctionAddress } from '../wire/message.js';
import type { CallQueue } from './call-queue.js';
import { floodCount, Lanes } from './call-queue.js';
import { IncomingWords } from './call-words.js';
import { IncomingCall } from './incoming-call.js';
import type { CallOwner } from './incoming-call.js';
import { KnownFunctions } from './known-functions.js';
import type { BuiltIn } from './known-functions.js';
import { runtimeUrl } from './lending.js';

/** Where incoming calls run. */
export interface CallHost {
  /** The loop of this thread, `null` when none runs. */
  loop(): EventLoop | null;
  /** No call starts before this has resolved; `null` when there is nothing to wait for. */
  readonly gate: Promise<void> | null;
  /** In which the calls of all links wait for their turns. */
  readonly queue: CallQueue;
}

/** Of what the runtime itself runs in its turn: no message names it. */
const ownId = -Infinity;

/** The incoming half of a link's calls. */
export class IncomingCalls implements CallOwner {
  readonly link: Link;
  readonly words: IncomingWords = new IncomingWords();
  readonly #host: CallHost;
  readonly #lanes = new Lanes(() => this.link.reader.readOn());
  /** Held up by a module that loads; what comes in a flood is left unread. */
  readonly #heldUp = new Fifo<IncomingCall>();
  #isLoading = false;
  #isCallerGone = false;
  /** Lets the loop of `#loadAndEnqueue` go on without the module that it waits for. */
  #stopLoading: () => void = () => undefined;
  readonly #functions: KnownFunctions;
  /** How many posts and calls wait for their turn or run. */
  #count = 0;
  /** Those of them that are answered, by id. */
  readonly #calls: (IncomingCall | null | undefined)[] = [];
  /** Posts that were taken back, of which some may have begun before; forgotten with the last. */
  readonly #withdrawnPosts = new Set<number>();
  #onIdle: (() => void)[] = [];
  readonly #onLoaded: (() => void)[] = [];

  /** @param builtIn - what the far side's runtime may call here, by name */
  constructor(link: Link, host: CallHost, builtIn: BuiltIn = () => undefined) {
    this.link = link;
    this.#host = host;
    this.#functions = new KnownFunctions(builtIn);
  }

  add(
    kind: CallKind,
    id: number,
    rank: number,
    address: FunctionAddress,
    args: unknown[],
    carried: Carried | null,
  ): void {
    this.#add(new IncomingCall(this, kind, id, rank, address, args, carried));
  }

  #add(call: IncomingCall): void {
    if (!this.#isLoading && this.#host.gate === null && this.#tryEnqueue(call)) return;
    if (this.#refuse(call)) return;
    this.#heldUp.push(call);
    if (!this.#isLoading) void this.#loadAndEnqueue();
  }

  /** Whether more may come: what one caller floods this thread with is better left unread. */
  hasRoom(): boolean {
    return this.#lanes.hasRoom && this.#heldUp.length < floodCount;
  }

  /** Whether calls wait for their turn, and for nothing else. */
  get isBehind(): boolean {
    return this.#count > 0 && !this.#isLoading;
  }

  /** Of the calls that are not answered yet. */
  ids(): number[] {
    this.link.reader.readAll();
    const calls = [...this.#calls, ...this.#heldUp.toArray()];
    return calls.flatMap((call) => (call?.isAnswered === true ? call.id : []));
  }

  /** Whether a call of that number is not answered yet. */
  has(id: number): boolean {
    return this.ids().includes(id);
  }

  /** Runs something of the runtime in its turn, as if the far side had posted it. */
  inTurn(name: string, run: () => void): void {
    if (this.#host.loop() === null) {
      run();
      return;
    }
    const address: FunctionAddress = { url: runtimeUrl, name };
    this.#functions.add(address, run);
    this.#add(new IncomingCall(this, Operation.Post, ownId, ordinaryRank, address, [], null));
  }

  /** On a blocked thread no module can be loaded: better an error than a wait without end. */
  #refuse(call: IncomingCall): boolean {
    const loop = this.#host.loop();
    try {
      if (loop === null && registry.isBlocked) throw noLoopFor(call);
      loop?.refusePromise?.(`The module of ${call.name}()`);
      return false;
    } catch (error) {
      call.fail(loop, error);
      return true;
    }
  }

  /** Withdraws a call that has not begun, or cancels the task that it became. */
  cancel(id: number, message: string | undefined): void {
    const call = id < 0 ? null : this.#calls[id];
    if (call !== null && call !== undefined) {
      call.cancel(message);
      return;
    }
    const heldUp = this.#heldUp.toArray().find((each) => each.id === id);
    if (heldUp === undefined) {
      if (id < 0 && this.#count > 0) this.#withdrawnPosts.add(id);
      return;
    }
    this.#endHeldUp([heldUp], message);
  }

  #endHeldUp(calls: readonly IncomingCall[], message: string | undefined): void {
    const ended: ReadonlySet<IncomingCall | undefined> = new Set(calls);
    if (ended.has(this.#heldUp.first)) this.#stopLoading();
    this.#heldUp.retain((each) => !ended.has(each));
    for (const call of calls) {
      call.setLoading(false);
      call.answer(new CancelledError(message));
    }
  }

  wasWithdrawn(id: number): boolean {
    return this.#withdrawnPosts.size > 0 && this.#withdrawnPosts.delete(id);
  }

  /** Cancels every call that runs or waits. */
  cancelAll(message: string): void {
    this.link.reader.readAll();
    this.#endHeldUp(this.#heldUp.toArray(), message);
    for (const post of this.#lanes.waiting()) (post as IncomingCall).cancel(message);
    for (const call of this.#calls) call?.cancel(message);
  }

  /** The far side is gone: what belongs to it has to end. */
  onCallerGone(): void {
    this.#isCallerGone = true;
    for (const call of this.#calls) call?.onCallerGone();
    for (const post of this.#lanes.waiting()) (post as IncomingCall).onCallerGone();
  }

  /** Resolves once no call runs or waits. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#checkIdle();
    });
  }

  /** Resolves once every call that has come so far has begun, or been withdrawn. */
  async begun(): Promise<void> {
    this.link.reader.readAll();
    if (this.#isLoading) await new Promise<void>((resolve) => this.#onLoaded.push(resolve));
    const calls = this.#lanes.waiting() as readonly IncomingCall[];
    const loop = this.#host.loop();
    // Their turns come with the loop's; one of a lower rank may let others pass.
    while (loop !== null && calls.some((call) => !call.hasBegun)) {
      await new Promise<void>((resolve) => void loop.callSoon(resolve));
    }
  }

  #checkIdle(): void {
    if (this.#count > 0 || this.#heldUp.length > 0 || this.#isLoading) return;
    const waiters = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiters) resolve();
  }

  async #loadAndEnqueue(): Promise<void> {
    this.#isLoading = true;
    await this.#host.gate;
    for (let next = this.#heldUp.first; next !== undefined; next = this.#heldUp.first) {
      // Before the look, so that its caller or this thread sees what the other one did.
      next.setLoading(true);
      // A module is loaded for nobody's sake: it may do harm.
      const failure = next.isWithdrawn
        ? { error: new CancelledError() }
        : await this.#load(next.address);
      // It may have been withdrawn meanwhile.
      if (this.#heldUp.first !== next) continue;
      next.setLoading(false);
      this.#heldUp.shift();
      if (failure === null) this.#tryEnqueue(next);
      else next.fail(this.#host.loop(), failure.error);
    }
    this.#isLoading = false;
    this.link.reader.readOn();
    for (const resolve of this.#onLoaded.splice(0)) resolve();
    this.#checkIdle();
  }

  /** Ends early when the call is withdrawn that needs it: a module may load for ever. */
  async #load(address: FunctionAddress): Promise<{ readonly error: unknown } | null> {
    if (this.#functions.find(address) !== undefined) return null;
    const withdrawn = new Promise<void>((resolve) => {
      this.#stopLoading = resolve;
    });
    try {
      await Promise.race([this.#functions.load(address), withdrawn]);
      return null;
    } catch (error) {
      return { error };
    } finally {
      // A cancel that was sent before the module was there comes before what waits for it.
      this.link.drain();
    }
  }

  /** Lets a call whose function is loaded wait for its turn; `false` when it is not loaded. */
  #tryEnqueue(call: IncomingCall): boolean {
    const fn = this.#functions.find(call.address);
    if (fn === undefined) return false;
    const loop = this.#host.loop();
    if (loop === null) {
      call.fail(loop, noLoopFor(call));
      return true;
    }
    this.#count += 1;
    if (call.isAnswered) this.#calls[call.id] = call;
    call.prepare(loop, fn);
    if (this.#isCallerGone) call.onCallerGone();
    this.#host.queue.push(loop, this.#lanes, call.rank, call);
    return true;
  }

  onEnded(call: IncomingCall): void {
    if (call.isPrepared) {
      this.#count -= 1;
      if (call.isAnswered) this.#calls[call.id] = null;
    }
    if (this.#count > 0) return;
    this.#withdrawnPosts.clear();
    this.#checkIdle();
  }
}

function noLoopFor({ name }: IncomingCall): NoRunningLoopError {
  return new NoRunningLoopError(`No loop runs in the thread that was to run ${name}()`);
}
