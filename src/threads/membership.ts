/**
 * A thread's place among the loops of a coordinator: whom it knows, by what the coordinator tells.
 *
 * Runs in the thread. The coordinator's thread is its home: over the link to it come the names of
 * the siblings, the news of their lives, and the ports to them. A sibling is called directly; the
 * coordinator only introduces. What a thread is told about itself is left to whoever owns this.
 */
import { MessageChannel } from 'node:worker_threads';
import { LoopDiedError, LoopLeftError } from '../errors.js';
import type { LoopDeath } from '../errors.js';
import { Doorbell } from '../loop/doorbell.js';
import type { NodePort } from '../wire/port.js';
import type { Directory } from './directory.js';
import { Notice } from './notices.js';
import type { Departure, Introduction, LoopEntry, Obituary, Replacement } from './notices.js';
import type { Peer } from './peer.js';

/** Whom a membership serves. */
export interface MembershipOwner {
  /** The coordinator says something about this thread itself. */
  onNotice(subject: string, body: unknown): void;
  /** The link to the coordinator's thread has closed. */
  onHungUp?(): void;
}

/** A member's view of the others. */
export class Membership {
  /** The coordinator's thread. */
  readonly home: Peer;
  readonly #directory: Directory;
  readonly #owner: MembershipOwner;
  readonly #peers = new Map<string, Peer>();

  /** @throws InvalidStateError when this thread knows another loop by the name of the home */
  constructor(directory: Directory, home: LoopEntry, owner: MembershipOwner) {
    this.#directory = directory;
    this.#owner = owner;
    this.home = directory.add({
      name: home.name,
      onNotice: (subject, body) => this.#onNotice(subject, body),
      onHungUp: () => owner.onHungUp?.(),
      open: () => {
        throw new LoopDiedError({ loop: home.name, exitCode: null, reason: 'it hung up' });
      },
    });
    this.#peers.set(home.name, this.home);
    this.join(home);
  }

  /** The home and the siblings. */
  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** A loop has come, or bears a new thread. A name that this thread has given away is left so. */
  join({ name, threadId, doorbell }: LoopEntry): void {
    const known = this.#peers.get(name);
    if (known === undefined && this.#directory.has(name)) return;
    const peer = known ?? this.#add(name);
    peer.threadId = threadId;
    peer.doorbell = new Doorbell(doorbell);
  }

  /** Nobody can be reached any more; their names are free. */
  leave(reasonFor: (name: string) => Error): void {
    for (const [name, peer] of this.#peers) {
      peer.close(reasonFor(name));
      this.#directory.remove(name);
    }
    this.#peers.clear();
  }

  #add(name: string): Peer {
    const peer = this.#directory.add({
      name,
      onNotice: () => undefined,
      open: () => this.#openTo(name),
      replaceThread: (reason, threadId) => {
        this.home.notice(Notice.replace, { name, threadId, reason } satisfies Replacement);
      },
    });
    this.#peers.set(name, peer);
    return peer;
  }

  /** What is sent before the sibling has its end waits in the channel. */
  #openTo(name: string): NodePort {
    const { port1, port2 } = new MessageChannel();
    const introduction: Introduction = { name, port: port2 };
    this.home.notice(Notice.introduce, introduction, [port2]);
    return (this.#peers.get(name) as Peer).portOver(port1);
  }

  #onNotice(subject: string, body: unknown): void {
    switch (subject) {
      case Notice.joined:
        this.join(body as LoopEntry);
        break;
      case Notice.introduced:
        this.#onIntroduced(body as Introduction);
        break;
      case Notice.moved: {
        const entry = body as LoopEntry;
        this.#peers.get(entry.name)?.handOver();
        this.join(entry);
        break;
      }
      case Notice.retired: {
        const death = body as LoopDeath;
        this.#peers.get(death.loop)?.mournFormer(new LoopDiedError(death));
        break;
      }
      case Notice.leaving: {
        const { name, reason } = body as Departure;
        const peer = this.#peers.get(name);
        peer?.refuse(new LoopLeftError(`Loop '${name}' has left: ${reason}`));
        peer?.handOver();
        this.home.notice(Notice.parted, null);
        break;
      }
      case Notice.died: {
        const { death, atMs } = body as Obituary;
        this.#peers.get(death.loop)?.mourn(new LoopDiedError(death), atMs);
        break;
      }
      case Notice.left:
        this.#onLeft(body as LoopDeath);
        break;
      default:
        this.#owner.onNotice(subject, body);
    }
  }

  #onIntroduced({ name, port, isFormer = false }: Introduction): void {
    const peer = this.#peers.get(name);
    if (peer === undefined) port.close();
    else if (isFormer) peer.attachFormer(peer.portOver(port, null));
    else peer.attachNode(port);
  }

  #onLeft(death: LoopDeath): void {
    const peer = this.#peers.get(death.loop);
    if (peer === undefined) return;
    peer.close(new LoopDiedError(death));
    this.#peers.delete(death.loop);
    this.#directory.remove(death.loop);
  }
}
