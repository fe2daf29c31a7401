/**
 * One link with the calls that go over it, both ways.
 *
 * It lives as long as the link: from the moment that both threads have a port until one of them
 * ends or hangs up. What outlives a link, the name of the far thread, is a `Peer`.
 */
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError, ThreadloopError } from '../errors.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import type { InboundSource } from '../loop/registry.js';
// Lets what threads share arrive as its class.
import '../shared/travel.js';
import type { LinkListener } from '../wire/batch-reader.js';
import { Link } from '../wire/link.js';
import type { FunctionAddress } from '../wire/message.js';
import type { NodePort, Port } from '../wire/port.js';
import { deadlock, whenUnblocked } from './blocking-wait.js';
import type { CallOptions } from './call-options.js';
import { wordsNotice } from './call-words.js';
import type { WordMemory } from './call-words.js';
import { HeldAnswers } from './held-answers.js';
import { IncomingCalls } from './incoming-calls.js';
import type { CallHost } from './incoming-calls.js';
import { Lending, runtimeUrl } from './lending.js';
import { LentValues } from './lent-values.js';
import { LinkedPorts } from './linked-ports.js';
import type { LinkedCaller } from './linked-ports.js';
import { OutgoingCalls } from './outgoing-calls.js';
import type { RemoteHandle } from './outgoing-calls.js';
import { stayAwake } from './polling.js';
import { RemoteCall } from './remote-call.js';
import type { SendOptions } from './remote-call.js';
import { onProbe, probeNotice, probeRing, whyRing } from './ring-probe.js';
import type { Probe } from './ring-probe.js';

/** Whom an exchange serves. */
export interface ExchangeOwner {
  /** Of the far thread's loop, for people. */
  readonly farName: string;
  readonly host: CallHost;
  /** A port to the same thread, which wakes it even when it is blocked. */
  portOver<M>(port: MessagePort): NodePort<M>;
  onNotice(subject: string, body: unknown): void;
  onClosed(exchange: Exchange): void;
  /** A call ignores that it was cancelled: the far thread has to go. */
  replaceThread(reason: string): void;
  /** A call of this thread was answered, or has left the books otherwise. */
  onAnswer(): void;
  /** Why no call can be answered while this thread is blocked, in words; `null` when it can. */
  whyNotBlock(): string | null;
}

/** So many batches are taken before the loop has its turn. */
const maxBatchesPerPoll = 32;

/** Told to the far side when a batch of it could not be read here. */
const unreadable = 'unreadable';

/** Told in turn: the ids of the calls that are not answered yet. */
const unanswered = 'unanswered';

const hungUp = 'its port was closed';

interface DoubtfulCalls {
  readonly calls: readonly RemoteCall<unknown>[];
  /** What those of them fail with that the far side has answered. */
  readonly error: Error;
}

/** The calls of two threads over one link, seen from one of them. */
export class Exchange implements InboundSource {
  readonly incoming: IncomingCalls;
  /** The proxies that were opened over this link. */
  readonly proxies: LinkedPorts = new LinkedPorts();
  /** By the clock of the day, which all threads share. */
  readonly openedAtMs: number = Date.now();
  readonly #owner: ExchangeOwner;
  readonly #link: Link;
  readonly #lent: LentValues;
  readonly #outgoing: OutgoingCalls;
  #isMissed = false;
  /** Calls whose answers may have been in a batch that could not be read; oldest batch first. */
  readonly #doubtful: DoubtfulCalls[] = [];
  readonly #answers: HeldAnswers;
  readonly #borrower: LinkedCaller = {
    answered: () => this.#outgoing.answered(),
    fail: (error) => this.#lent.fail(error),
  };

  constructor(port: Port, owner: ExchangeOwner) {
    this.#owner = owner;
    this.#lent = new LentValues({
      call: (name, args) => this.#callRuntime(name, args),
      post: (name, args) => void this.post({ url: runtimeUrl, name }, args, {}),
      failAll: (error) => this.#outgoing.failAll(error),
      onBorrowed: () => this.proxies.callers.add(this.#borrower),
      loop: () => owner.host.loop(),
    });
    const listener: LinkListener = {
      onCall: (kind, id, rank, address, args, carried) =>
        this.incoming.add(kind, id, rank, address, args, carried),
      onArrival: () => (registry.nodeTurnCount += 1),
      hasRoom: () => registry.isBlocked || this.incoming.hasRoom(),
      onCancel: (id, message) => whenUnblocked(() => this.incoming.cancel(id, message), null),
      onResult: (id, value) => {
        if (!this.#answers.isDue) this.#outgoing.onResult(id, value);
        else this.#answers.hold(() => this.#outgoing.onResult(id, value));
      },
      onError: (id, error) => {
        if (!this.#answers.isDue) this.#outgoing.onError(id, error);
        else this.#answers.hold(() => this.#outgoing.onError(id, error));
      },
      onNotice: (subject, body) => this.#onNotice(subject, body),
      onUnsendable: (id, error) => this.#onUnsendable(id, error),
      onUnreadable: (error) => this.#onUnreadable(error),
      onClosed: () => {
        registry.inbound.delete(this);
        owner.onClosed(this);
        this.#lent.abandon();
        this.incoming.onCallerGone();
      },
    };
    this.#link = new Link(port, listener, this.#lent, stayAwake);
    this.#outgoing = new OutgoingCalls(this.#link, {
      farName: owner.farName,
      shareWords: (memory) => this.#link.notice(wordsNotice, memory),
      replaceThread: (reason) => owner.replaceThread(reason),
      onAnswer: () => owner.onAnswer(),
      assertCanBlock: (id, blockedMs) => this.#assertCanBlock(id, blockedMs),
    });
    this.incoming = new IncomingCalls(this.#link, owner.host, (name) => this.#lent.builtIn(name));
    this.#answers = new HeldAnswers(this.#lent, this.incoming, owner.host);
    registry.inbound.add(this);
  }

  /** Of the far thread's loop, for people. */
  get farName(): string {
    return this.#owner.farName;
  }

  get pendingCount(): number {
    return this.#outgoing.pendingCount;
  }

  get completedCount(): number {
    return this.#outgoing.completedCount;
  }

  /** How many callbacks and streams of this thread are kept for the far side. */
  get loanCount(): number {
    return this.#lent.loanCount;
  }

  send(call: RemoteCall<unknown>): void {
    this.#outgoing.send(call);
    for (const callback of this.#lent.takeTemporary()) call.whenEnded(() => callback.release());
  }

  post(address: FunctionAddress, args: readonly unknown[], options: CallOptions): RemoteHandle {
    const handle = this.#outgoing.post(address, args, options);
    this.#lent.takeTemporary();
    return handle;
  }

  notice(...args: Parameters<Link['notice']>): void {
    this.#link.notice(...args);
  }

  /** A port to the same thread, which wakes it even when it is blocked. */
  portOver<M>(port: MessagePort): NodePort<M> {
    return this.#owner.portOver<M>(port);
  }

  /** Something that runs there ignores that it was cancelled: the far thread has to go. */
  replaceThread(reason: string): void {
    this.#owner.replaceThread(reason);
  }

  /** Resolves once no call of this thread waits for an answer. */
  async answered(): Promise<void> {
    await Promise.all([this.#outgoing.answered(), this.proxies.answered()]);
  }

  /** Resolves once no call of the far side runs here. */
  async idle(): Promise<void> {
    await Promise.all([this.incoming.idle(), this.proxies.idle()]);
  }

  /** Cancels the calls that this thread has made. */
  cancelOutgoing(): void {
    this.#outgoing.cancelAll();
  }

  /** Cancels by their words the calls that this thread has made: see `OutgoingCalls`. */
  cancelWords(): void {
    this.#outgoing.cancelWords();
  }

  /** Cancels the calls that the far side has running here. */
  cancelIncoming(message: string): void {
    this.incoming.cancelAll(message);
    this.proxies.cancelAll(message);
  }

  /** Takes the answers that have arrived already, then fails whatever is left. */
  fail(error: Error): void {
    this.#link.drain(Infinity);
    this.#answers.give();
    this.#outgoing.failAll(error);
    this.proxies.fail(error);
    this.#lent.fail(error);
  }

  /** For blocking loops, on whose thread no microtask sends what waits. */
  flush(): void {
    this.#link.flush();
  }

  /** For blocking loops, which Node's events do not reach. */
  poll(): void {
    // The callbacks before them have to wait; those who block wait for an answer.
    if (registry.isBlocked) this.#answers.give();
    this.#link.drain(maxBatchesPerPoll);
  }

  /** Whether the other side is gone: for a blocked thread, which no event reaches. */
  hasHungUp(): boolean {
    return this.#link.hasHungUp();
  }

  /** Sends what waits to be sent, and hangs up. */
  close(): void {
    registry.inbound.delete(this);
    this.proxies.hangUp();
    this.#lent.hangUp();
    this.incoming.onCallerGone();
    this.#link.close();
  }

  /** For those who block this thread until a call is answered: see `ConcurrentFuture.result`. */
  #assertCanBlock(id: number, blockedMs: number): void {
    const { farName } = this.#owner;
    const why = this.#owner.whyNotBlock();
    if (why !== null) throw deadlock(`a call on loop '${farName}'`, why);
    // What follows costs messages; most answers come sooner.
    if (blockedMs === 0) return;
    const ring = probeRing(id, (probe) => this.#link.notice(probeNotice, probe));
    if (ring !== null) throw deadlock(`a call on loop '${farName}'`, whyRing(ring));
    if (!this.#link.hasHungUp()) return;
    // At the first look the reason may still be on its way.
    if (this.#isMissed) throw new LoopDiedError({ loop: farName, exitCode: null, reason: hungUp });
    this.#isMissed = true;
  }

  #callRuntime(name: string, args: readonly unknown[]): RemoteCall<unknown> {
    const address = { url: runtimeUrl, name };
    const options: SendOptions = { isOfRuntime: name !== Lending.callback };
    return new RemoteCall<unknown>(address, args, options, (call) => this.send(call)).begin();
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === wordsNotice) {
      this.incoming.words.add(body as WordMemory);
      return;
    }
    if (subject === probeNotice) {
      if (this.incoming.has((body as Probe).callId)) onProbe(body as Probe);
      return;
    }
    if (subject === unanswered) {
      const { calls, error } = this.#doubtful.shift() as DoubtfulCalls;
      this.#outgoing.failLost(calls, new Set(body as number[]), error);
      return;
    }
    if (subject !== unreadable) {
      this.#owner.onNotice(subject, body);
      return;
    }
    // Which calls were in the lost batch is unknown: none of them must wait for ever.
    const message = `Loop '${this.farName}' could not read a message: ${String(body)}`;
    this.#outgoing.onMessagesLost(new ThreadloopError(message));
    this.#link.notice(unanswered, this.incoming.ids());
  }

  /** The calls in the batch are the far side's to fail; of the answers in it nobody else knows. */
  #onUnreadable(cause: unknown): void {
    const message = `A message of loop '${this.farName}' could not be read: ${String(cause)}`;
    const error = new ThreadloopError(message, { cause });
    this.#doubtful.push({ calls: this.#outgoing.unanswered(), error });
    this.#link.notice(unreadable, String(cause));
  }

  #onUnsendable(id: number, exception: Error): void {
    const message = `A callback for loop '${this.farName}' could not be sent`;
    if (id >= 0) this.#outgoing.onUnsendable(id, exception);
    else reportTo(this.#owner.host.loop(), { message, exception });
  }
}
