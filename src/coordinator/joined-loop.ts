/**
 * A loop whose thread joined by itself (`attachLoop`), as its coordinator knows it. It is not kept
 * alive and gets no work by itself: it has a name, is told of the others, and may leave.
 *
 * Runs on the coordinator's thread. The other end is `AttachedLoop`.
 *
 * | state   | what it means                                          | next          |
 * |---------|--------------------------------------------------------|---------------|
 * | joined  | calls are carried out                                  | leaving, gone |
 * | leaving | takes no new calls; ends when those under way have     | gone          |
 * | gone    | nobody bears the name any more; calls are refused      | –             |
 */
import { LoopLeftError } from '../errors.js';
import { Doorbell } from '../loop/doorbell.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getLoop } from '../threads/directory.js';
import type { Exchange } from '../threads/exchange.js';
import { Notice } from '../threads/notices.js';
import type {
  Departure,
  Introduction,
  LoopEntry,
  Replacement,
  Welcome,
} from '../threads/notices.js';
import type { Peer } from '../threads/peer.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { Application } from '../threads/rendezvous.js';
import type { LoopSupervisor } from './loop-supervisor.js';
import { deathOf, errorOf, eventOf } from './thread-end.js';
import type { LoopEnd } from './thread-end.js';

const [shutDown, detached] = ['its coordinator was shut down', 'it was detached'];

/** What a joined loop needs of its coordinator. */
export type JoinedLoopOwner = Pick<
  LoopSupervisor,
  'addPeer' | 'introduce' | 'replaceThread' | 'tellOthers' | 'partOthers' | 'emit'
> & { readonly onGone: (loop: JoinedLoop) => void };

/** A loop of a thread that the coordinator did not start. */
export class JoinedLoop {
  readonly loop: RemoteLoop;
  readonly peer: Peer;
  /** As siblings know it. */
  readonly entry: LoopEntry;
  /** When no thread bears the name any more. */
  readonly gone: ConcurrentFuture<void> = new ConcurrentFuture();
  readonly #owner: JoinedLoopOwner;
  readonly #exchange: Exchange;
  #state: 'joined' | 'leaving' | 'gone' = 'joined';
  #reason = 'its thread ended';
  /** It has said that its calls have ended. */
  #hasStopped = false;
  /** Answers that are due, in order. */
  readonly #partings: (() => void)[] = [];

  /** @throws InvalidStateError when the name is taken */
  constructor(name: string, application: Application, owner: JoinedLoopOwner) {
    const { threadId, doorbell, port } = application;
    this.#owner = owner;
    this.entry = { name, threadId, doorbell };
    this.peer = owner.addPeer({
      name,
      onNotice: (subject, body) => this.#onNotice(subject, body),
      onHungUp: () => this.#onHungUp(),
      open: () => {
        throw errorOf(name, this.#end());
      },
    });
    this.peer.threadId = threadId;
    this.peer.doorbell = new Doorbell(doorbell);
    this.loop = getLoop(name);
    this.#exchange = this.peer.attach(this.peer.portOver(port));
  }

  get name(): string {
    return this.entry.name;
  }

  get state(): 'joined' | 'leaving' | 'gone' {
    return this.#state;
  }

  /** Lets it in: from now on it is called, and calls. */
  welcome(siblings: readonly LoopEntry[]): void {
    const { name, threadId } = this.entry;
    this.tell(Notice.welcome, { name, siblings } satisfies Welcome);
    this.#owner.tellOthers(name, Notice.joined, this.entry);
    this.#owner.emit('start', { loop: name, threadId, incarnation: 1 });
  }

  /** A word to its runtime, whether it takes calls or not. */
  tell(...args: Parameters<Exchange['notice']>): void {
    if (this.#state !== 'gone') this.#exchange.notice(...args);
  }

  /** Tells it that a sibling leaves. Resolves when it will call that no more, or is gone. */
  async partFrom(leaving: Departure): Promise<void> {
    if (this.#state === 'gone') return;
    this.tell(Notice.leaving, leaving);
    await new Promise<void>((resolve) => this.#partings.push(resolve));
  }

  /** Has it leave, after its calls or by cancelling them. Its thread goes on. */
  stop(cancel: boolean): ConcurrentFuture<void> {
    if (this.#state !== 'gone') {
      this.#state = 'leaving';
      this.#reason = shutDown;
      this.tell(Notice.stop, { cancel });
    }
    return this.gone;
  }

  /** Cuts the link. Its thread goes on, and what runs there. */
  terminate(reason: string): void {
    this.#reason = reason;
    this.#hasStopped = true;
    this.#onGone();
  }

  #onNotice(subject: string, body: unknown): void {
    if (subject === Notice.introduce) {
      const { name, port } = body as Introduction;
      this.#owner.introduce({ name: this.name, port }, name);
    } else if (subject === Notice.replace) {
      this.#owner.replaceThread(body as Replacement);
    } else if (subject === Notice.parted) {
      this.#partings.shift()?.();
    } else if (subject === Notice.detach) {
      this.#beginLeaving();
    } else if (subject === Notice.stopped) {
      this.#hasStopped = true;
      // Hangs up, which tells the thread that its name is free.
      queueMicrotask(() => this.#onGone());
    }
  }

  #beginLeaving(): void {
    if (this.#state !== 'joined') return;
    this.#state = 'leaving';
    this.#reason = detached;
    this.peer.refuse(new LoopLeftError(`Loop '${this.name}' has left: ${detached}`));
    const departure: Departure = { ...this.entry, reason: detached };
    this.peer.handOver();
    // Behind the introductions that siblings asked for before they heard of it.
    void this.#owner.partOthers(departure).then(() => this.tell(Notice.retire, null));
  }

  #onHungUp(): void {
    // A thread that dies on its way out has not left as it was to.
    if (!this.#hasStopped) this.#reason = 'its thread ended';
    this.#onGone();
  }

  #onGone(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    for (const parted of this.#partings.splice(0)) parted();
    const end = this.#end();
    const event = eventOf(this.name, { threadId: this.entry.threadId, number: 1 }, end);
    this.peer.close(errorOf(this.name, end));
    this.#owner.onGone(this);
    this.#owner.tellOthers(this.name, Notice.left, deathOf(this.name, end));
    if (!this.#hasStopped) this.#owner.emit('death', { ...event, restartDelayMs: null });
    this.#owner.emit('gone', event);
    this.gone.setResult(undefined);
  }

  #end(): LoopEnd {
    return { exitCode: null, reason: this.#reason, cause: undefined };
  }
}
