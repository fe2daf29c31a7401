/**
 * Another thread as this one knows it: a name that stays, and the exchange with whichever thread
 * bears it now.
 *
 * | state    | what it means                                     | next                       |
 * |----------|---------------------------------------------------|----------------------------|
 * | unlinked | no link at present; the next call opens one       | linked, closed             |
 * | linked   | calls go over the exchange                        | unlinked (it died), closed |
 * | closed   | for good: calls are refused with the reason       | –                          |
 *
 * A death shows twice: the port closes, and whoever supervises the thread says how it ended (the
 * obituary). Either may come first. Calls that the dead thread held wait for the obituary, so that
 * their error can tell the reason, but not for long: nothing hangs because news got lost.
 *
 * A name can pass from one living thread to another (`handOver`). The former one answers what it
 * was given; it may end once every sender has said its last call, and calls to the new one are
 * held there until those before them have begun: see `parting.ts`.
 */
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError } from '../errors.js';
import type { Doorbell } from '../loop/doorbell.js';
import type { Batch } from '../wire/message.js';
import { NodePort } from '../wire/port.js';
import type { Port } from '../wire/port.js';
import { Deadline } from './deadline.js';
import { Exchange } from './exchange.js';
import { acceptProxy, proxyRequest } from './exposed-objects.js';
import type { ProxyRequest } from './exposed-objects.js';
import { HeldHost } from './held-host.js';
import { Farewells, Handover, Parting } from './parting.js';
import { PeerCalls } from './peer-calls.js';
import type { PeerOptions } from './peer-options.js';

/** Milliseconds that the calls of a closed port wait for the obituary. A guess, safe to change. */
const obituaryPatienceMs = 1_000;

/** A thread known by name. */
export class Peer extends PeerCalls {
  readonly name: string;
  threadId: number | null = null;
  /** Of whichever thread bears the name; `null` where it is not known. */
  doorbell: Doorbell | null = null;
  readonly #options: PeerOptions;
  /** Over which our calls go. */
  #exchange: Exchange | null = null;
  /** Over which calls of the far side are served; ours go another way. */
  readonly #served = new Set<Exchange>();
  /** Served ones that closed, and whose proxies wait for the obituary; not for long, either. */
  readonly #lenders = new Set<Exchange>();
  /** Closed, and waiting for the obituary. */
  readonly #orphans = new Map<Exchange, Deadline>();
  readonly #farewells = new Farewells();
  readonly #handover = new Handover();
  #refusal: Error | null = null;
  #completedBefore = 0;

  constructor(options: PeerOptions) {
    super();
    this.name = options.name;
    this.#options = options;
  }

  /** Calls that this thread made and that are not answered. */
  get pendingCount(): number {
    let count = this.#exchange?.pendingCount ?? 0;
    // Asked at every answer.
    if (this.#handover.former.size === 0 && this.#orphans.size === 0) return count;
    const exchanges = new Set([...this.#handover.former.keys(), ...this.#orphans.keys()]);
    for (const exchange of exchanges) count += exchange.pendingCount;
    return count;
  }

  /** Calls that this thread made and that were answered. */
  get completedCount(): number {
    let count = this.#completedBefore + (this.#exchange?.completedCount ?? 0);
    for (const former of this.#handover.former.keys()) count += former.completedCount;
    return count;
  }

  /** How many callbacks and streams of this thread are kept for the peer. */
  get loanCount(): number {
    return [...this.#open()].reduce((sum, { loanCount }) => sum + loanCount, 0);
  }

  /** A word to the runtime of the other thread; also to one that takes no more calls. */
  notice(...args: Parameters<Exchange['notice']>): void {
    this.link().notice(...args);
  }

  /** Sends what waits to be sent: for threads that are busy or blocked from now on. */
  flush(): void {
    this.#exchange?.flush();
  }

  /** Whether the far thread is gone: for a blocked thread, which no event reaches. */
  hasHungUp(): boolean {
    return this.#exchange?.hasHungUp() ?? true;
  }

  /** Makes sure that there is a link. */
  link(): Exchange {
    return this.#exchange ?? this.attach(this.#options.open());
  }

  /** As `attach`, over a port that came from Node. */
  attachNode(port: MessagePort): void {
    this.attach(this.portOver(port));
  }

  /** A port to this peer, which wakes it even when its thread is blocked. */
  portOver<M = Batch>(port: MessagePort, doorbell: Doorbell | null = this.doorbell): NodePort<M> {
    return new NodePort<M>(port, () => doorbell?.ring());
  }

  /** A port that leads to the thread which bears the name now. */
  attach(port: Port): Exchange {
    const exchange = this.#exchangeOver(port);
    if (this.#exchange !== null) this.#served.add(exchange);
    else this.#exchange = this.#handover.enter(exchange);
    return exchange;
  }

  /** A port that leads to a thread which will bear the name: see `handOver`. */
  attachNext(port: Port): Exchange {
    const next = this.#exchangeOver(port);
    this.#served.add(next);
    return next;
  }

  /** A port that leads to the thread which bore the name before: it calls, and is not called. */
  attachFormer(port: Port): void {
    this.attachNext(port).notice(Parting.farewell, null);
  }

  /**
   * The name passes to another thread: over that exchange, or the next that is opened. The former
   * one answers what it was given, and gets no more.
   */
  handOver(next: Exchange | null = null): void {
    const former = this.#exchange;
    this.#exchange = null;
    if (former !== null) this.#handover.leave(former, this.threadId);
    // Both may have opened a link at once: over the other one no call of ours ever comes.
    for (const each of this.#served) if (each !== next) each.notice(Parting.farewell, null);
    if (next === null) return;
    this.#served.delete(next);
    this.#exchange = this.#handover.enter(next);
  }

  /** As the receiver of a name that leaves: resolves once the peer has said its last call. */
  farewell(): Promise<void> {
    return this.#farewells.all(() => this.#open());
  }

  /** The obituary: the thread that bore the name has ended, at that time of the day. */
  mourn(error: Error, diedAtMs: number = Date.now()): void {
    const orphan = [...this.#orphans.keys()].find((each) => !this.#handover.former.has(each));
    const exchange = this.#exchange;
    if (orphan !== undefined) this.bury(orphan, error);
    // News that come late must not bury the link to the next thread.
    else if (exchange !== null && exchange.openedAtMs <= diedAtMs) this.bury(exchange, error);
    this.#failLenders(error);
  }

  /**
   * The obituary of the thread that bore the name before. A link that was opened while the name
   * changed hands may lead to its successor: only those are buried that are closed, or will be.
   */
  mournFormer(error: Error): void {
    this.#handover.death = error;
    for (const orphan of this.#orphans.keys()) {
      if (this.#handover.former.has(orphan)) this.bury(orphan, error);
    }
    this.#failLenders(error);
  }

  /** Takes no more calls; those that are under way go on. */
  refuse(error: Error): void {
    this.#refusal = error;
  }

  /** Resolves once no call of this thread waits for an answer of the peer. */
  async answered(): Promise<void> {
    const all = [this.#exchange, ...this.#handover.former.keys()];
    await Promise.all(all.map(async (exchange) => exchange?.answered()));
  }

  /** Nobody bears the name any more, nor will again. */
  close(error: Error): void {
    this.#refusal ??= error;
    for (const orphan of this.#orphans.keys()) this.bury(orphan, error);
    for (const former of this.#handover.former.keys()) this.bury(former, error);
    this.#failLenders(error);
    if (this.#exchange !== null) this.bury(this.#exchange, error);
    for (const served of this.#served) served.close();
    this.#served.clear();
    this.#farewells.check();
  }

  /** Cancels the calls that this thread has made over the present link. */
  cancelOutgoing(): void {
    this.#exchange?.cancelOutgoing();
  }

  /** Ends this thread's calls by their words, which also a thread sees that never gives way. */
  cancelWords(): void {
    for (const exchange of this.#open()) exchange.cancelWords();
  }

  /** Cancels the calls that the peer has running here. */
  cancelIncoming(message: string): void {
    for (const exchange of this.#open()) exchange.cancelIncoming(message);
  }

  /** Resolves once no call of the peer runs here. */
  async idle(): Promise<void> {
    await Promise.all([...this.#open()].map(async (exchange) => exchange.idle()));
  }

  /** The thread at the other end of that exchange has ended. */
  bury(exchange: Exchange, error: Error): void {
    this.#orphans.get(exchange)?.clear();
    const isKnown = [this.#orphans, this.#handover.former, this.#served].map((each) =>
      each.delete(exchange),
    );
    if (this.#exchange === exchange) this.#exchange = null;
    else if (!isKnown.includes(true)) return;
    this.#completedBefore += exchange.completedCount + exchange.pendingCount;
    exchange.fail(error);
    exchange.close();
    this.#handover.letGo(exchange, this.#exchange);
    this.#farewells.check();
  }

  *#open(): Iterable<Exchange> {
    if (this.#exchange !== null) yield this.#exchange;
    yield* this.#served;
    yield* this.#handover.former.keys();
  }

  protected override linked(): Exchange {
    if (this.#refusal === null) return this.link();
    throw this.#refusal;
  }

  #exchangeOver(port: Port): Exchange {
    const host = new HeldHost(this.#options.host);
    const exchange: Exchange = new Exchange(port, {
      farName: this.name,
      host,
      portOver: (proxyPort) => this.portOver(proxyPort),
      onNotice: (subject, body) => this.#onNotice(exchange, host, subject, body),
      onAnswer: () => this.#options.onAnswer?.(),
      whyNotBlock: () => this.#options.whyNotBlock?.() ?? null,
      onClosed: (closed) => {
        host.go();
        this.#onClosed(closed);
      },
      replaceThread: (reason) => {
        this.#options.replaceThread?.(reason, this.#handover.threadId(exchange) ?? this.threadId);
      },
    });
    return exchange;
  }

  #onNotice(exchange: Exchange, host: HeldHost, subject: string, body: unknown): void {
    if (subject === proxyRequest) acceptProxy(body as ProxyRequest, exchange);
    else if (subject === Parting.hold) host.hold();
    else if (subject === Parting.go) host.go();
    else if (subject === Parting.begun) this.#handover.letGo(exchange, this.#exchange);
    else if (subject === Parting.farewell) this.#farewells.answer(exchange);
    else this.#options.onNotice(subject, body, exchange);
  }

  #onClosed(exchange: Exchange): void {
    this.#handover.letGo(exchange, this.#exchange);
    this.#farewells.heard(exchange);
    if (this.#served.delete(exchange)) {
      if (exchange.proxies.callers.size > 0) this.#lenders.add(exchange);
      return;
    }
    const isFormer = this.#handover.former.has(exchange);
    if (this.#exchange === exchange) this.#exchange = null;
    else if (!isFormer) return;
    const death = { loop: this.name, exitCode: null, reason: 'its port was closed' };
    const error = (isFormer ? this.#handover.death : null) ?? new LoopDiedError(death);
    const bury = (): void => this.bury(exchange, error);
    const owesNothing = exchange.pendingCount === 0 && exchange.proxies.callers.size === 0;
    if (isFormer && (owesNothing || this.#handover.death !== null)) bury();
    else this.#orphans.set(exchange, new Deadline(obituaryPatienceMs, bury).ref());
    this.#options.onHungUp?.();
  }

  #failLenders(error: Error): void {
    for (const { proxies } of this.#lenders) proxies.fail(error);
    this.#lenders.clear();
  }
}
