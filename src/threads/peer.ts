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
 */
import type { MessagePort } from 'node:worker_threads';
import { LoopDiedError } from '../errors.js';
import type { Doorbell } from '../loop/doorbell.js';
import type { Batch, FunctionAddress } from '../wire/message.js';
import { NodePort } from '../wire/port.js';
import type { Port } from '../wire/port.js';
import type { CallOptions } from './call-options.js';
import type { ConcurrentFuture } from './concurrent-future.js';
import { Exchange } from './exchange.js';
import { acceptProxy, openProxy, proxyRequest } from './exposed-objects.js';
import type { ProxyRequest } from './exposed-objects.js';
import type { CallHost } from './incoming-calls.js';
import type { RemoteHandle } from './outgoing-calls.js';
import { RemoteCall } from './remote-call.js';

/** Milliseconds that the calls of a closed port wait for the obituary. A guess, safe to change. */
const obituaryPatienceMs = 1_000;

/** What a peer needs to know of its surroundings. */
export interface PeerOptions {
  readonly name: string;
  /** Where the peer's calls run. */
  readonly host: CallHost;
  readonly onNotice: (subject: string, body: unknown) => void;
  /** Opens a link to whichever thread bears the name now. */
  readonly open: () => Port;
  /** Ends the thread that bears the name, and has a new one take it; absent where none can. */
  readonly replaceThread?: (reason: string) => void;
  /** A call of this thread was answered. Called often: has to be cheap. */
  readonly onAnswer?: () => void;
  /** Why its calls cannot be answered while this thread is blocked; absent when they can. */
  readonly whyNotBlock?: () => string | null;
}

/** A thread known by name. */
export class Peer {
  readonly name: string;
  threadId: number | null = null;
  /** Of whichever thread bears the name; `null` where it is not known. */
  doorbell: Doorbell | null = null;
  readonly #options: PeerOptions;
  /** Over which our calls go. */
  #exchange: Exchange | null = null;
  /** Opened by the far side while we had a link: its calls are served, ours go the old way. */
  readonly #served = new Set<Exchange>();
  /** Served ones that closed, and whose proxies wait for the obituary; not for long, either. */
  readonly #lenders = new Set<Exchange>();
  /** Closed, and waiting for the obituary. */
  readonly #orphans = new Map<Exchange, NodeJS.Timeout>();
  #refusal: Error | null = null;
  #completedBefore = 0;

  constructor(options: PeerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Calls that this thread made and that are not answered. */
  get pendingCount(): number {
    let count = this.#exchange?.pendingCount ?? 0;
    for (const orphan of this.#orphans.keys()) count += orphan.pendingCount;
    return count;
  }

  /** Calls that this thread made and that were answered. */
  get completedCount(): number {
    return this.#completedBefore + (this.#exchange?.completedCount ?? 0);
  }

  /** @throws the reason for which the peer was closed */
  call(
    address: FunctionAddress,
    args: readonly unknown[],
    options: CallOptions = {},
  ): ConcurrentFuture<unknown> {
    return new RemoteCall<unknown>(address, args, options, this.#send).begin();
  }

  /** @throws the reason for which the peer was closed */
  send(call: RemoteCall<unknown>): void {
    this.#linked().send(call);
  }

  /** How many callbacks and streams of this thread are kept for the peer. */
  get loanCount(): number {
    let count = 0;
    for (const exchange of this.#open()) count += exchange.loanCount;
    return count;
  }

  /** @throws the reason for which the peer was closed */
  post(
    address: FunctionAddress,
    args: readonly unknown[],
    options: CallOptions = {},
  ): RemoteHandle {
    return this.#linked().post(address, args, options);
  }

  /**
   * A proxy of the object that is exposed there under that name.
   *
   * @throws the reason for which the peer was closed
   */
  proxy(name: string): unknown {
    return openProxy(name, this.#linked());
  }

  /** A word to the runtime of the other thread; also to one that takes no more calls. */
  notice(...args: Parameters<Exchange['notice']>): void {
    this.link();
    this.#exchange?.notice(...args);
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
  link(): void {
    if (this.#exchange === null) this.attach(this.#options.open());
  }

  /** As `attach`, over a port that came from Node. */
  attachNode(port: MessagePort): void {
    this.attach(this.portOver(port));
  }

  /** A port to this peer, which wakes it even when its thread is blocked. */
  portOver<M = Batch>(port: MessagePort): NodePort<M> {
    return new NodePort<M>(port, () => this.doorbell?.ring());
  }

  /** A port that leads to the thread which bears the name now. */
  attach(port: Port): void {
    const exchange: Exchange = new Exchange(port, {
      farName: this.name,
      host: this.#options.host,
      portOver: (proxyPort) => this.portOver(proxyPort),
      onNotice: (subject, body) => {
        if (subject === proxyRequest) acceptProxy(body as ProxyRequest, exchange);
        else this.#options.onNotice(subject, body);
      },
      onClosed: (closed) => this.#onClosed(closed),
      replaceThread: (reason) => this.#options.replaceThread?.(reason),
      onAnswer: () => this.#options.onAnswer?.(),
      whyNotBlock: () => this.#options.whyNotBlock?.() ?? null,
    });
    if (this.#exchange === null) this.#exchange = exchange;
    else this.#served.add(exchange);
  }

  /** The obituary: the thread that bore the name has ended, at that time of the day. */
  mourn(error: Error, diedAtMs: number = Date.now()): void {
    const [orphan] = this.#orphans.keys();
    const exchange = this.#exchange;
    if (orphan !== undefined) this.#bury(orphan, error);
    // News that come late must not bury the link to the next thread.
    else if (exchange !== null && exchange.openedAtMs <= diedAtMs) this.#bury(exchange, error);
    for (const { proxies } of this.#lenders) proxies.fail(error);
    this.#lenders.clear();
  }

  /** Takes no more calls; those that are under way go on. */
  refuse(error: Error): void {
    this.#refusal = error;
  }

  /** Resolves once no call of this thread waits for an answer of the peer. */
  async answered(): Promise<void> {
    await this.#exchange?.answered();
  }

  /** Nobody bears the name any more, nor will again. */
  close(error: Error): void {
    this.#refusal ??= error;
    for (const orphan of this.#orphans.keys()) this.#bury(orphan, error);
    if (this.#exchange !== null) this.#bury(this.#exchange, error);
    for (const served of this.#served) served.close();
    this.#served.clear();
  }

  /** Cancels the calls that this thread has made over the present link. */
  cancelOutgoing(): void {
    this.#exchange?.cancelOutgoing();
  }

  /** Cancels the calls that the peer has running here. */
  cancelIncoming(message: string): void {
    for (const exchange of this.#open()) exchange.cancelIncoming(message);
  }

  /** Resolves once no call of the peer runs here. */
  async idle(): Promise<void> {
    await Promise.all([...this.#open()].map((exchange) => exchange.idle()));
  }

  *#open(): Iterable<Exchange> {
    if (this.#exchange !== null) yield this.#exchange;
    yield* this.#served;
  }

  readonly #send = (call: RemoteCall<unknown>): void => this.send(call);

  #linked(): Exchange {
    if (this.#refusal !== null) throw this.#refusal;
    this.link();
    return this.#exchange as Exchange;
  }

  #onClosed(exchange: Exchange): void {
    if (this.#served.delete(exchange) && exchange.proxies.callers.size > 0) {
      this.#lenders.add(exchange);
    }
    if (this.#exchange !== exchange) return;
    this.#exchange = null;
    const reason = 'its port was closed';
    const error = new LoopDiedError({ loop: this.name, exitCode: null, reason });
    const bury = (): void => this.#bury(exchange, error);
    this.#orphans.set(exchange, setTimeout(bury, obituaryPatienceMs));
  }

  #bury(exchange: Exchange, error: Error): void {
    if (this.#exchange === exchange) this.#exchange = null;
    clearTimeout(this.#orphans.get(exchange));
    this.#orphans.delete(exchange);
    this.#completedBefore += exchange.completedCount + exchange.pendingCount;
    exchange.fail(error);
    exchange.close();
  }
}
