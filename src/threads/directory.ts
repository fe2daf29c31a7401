/**
 * Who is there: the loops that this thread can reach, by name.
 *
 * One directory per thread. The coordinator enters the loops that it starts; a worker is told the
 * names by its coordinator, and opens a link of its own to a sibling on first use: it makes the
 * channel, keeps one end, and has the coordinator hand over the other. What it sends meanwhile
 * waits in the channel, so nothing is held back here.
 */
import { MessageChannel } from 'node:worker_threads';
import { InvalidStateError, LoopNotFoundError } from '../errors.js';
import { threadName } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { registry } from '../loop/registry.js';
import type { TrioRun } from '../trio/trio-run.js';
import { NodePort } from '../wire/port.js';
import { CallQueue } from './call-queue.js';
import type { CallHost } from './incoming-calls.js';
import type { PeerOptions } from './peer-options.js';
import { Peer } from './peer.js';
import { RemoteLoop } from './remote-loop.js';

interface Entry {
  readonly peer: Peer;
  readonly loop: RemoteLoop;
}

/** The peers of one thread. */
export class Directory implements CallHost {
  /** Set while a worker is being initialized. */
  gate: Promise<void> | null = null;
  queue: CallQueue = new CallQueue();
  #name: string;
  readonly #entries = new Map<string, Entry>();

  constructor(name: string) {
    this.#name = name;
  }

  /** The name under which the others know this thread. */
  get name(): string {
    return this.#name;
  }

  /** The others know this thread by another name from now on; its own loop in their shape goes. */
  rename(name: string): void {
    if (name === this.#name) return;
    this.remove(this.#name);
    this.#name = name;
  }

  /** The loop on which calls from other threads run: the running one, else that of a guest. */
  loop(): EventLoop | null {
    if (registry.running !== null) return registry.running;
    // Between its passes the guest's host has the thread, which may be Node itself.
    return (registry.trioRun as TrioRun | null)?.loop ?? null;
  }

  /** @throws InvalidStateError when the name is taken */
  add(options: Omit<PeerOptions, 'host'>): Peer {
    if (this.#entries.has(options.name) || options.name === this.name) {
      throw new InvalidStateError(`There is a loop named '${options.name}' already`);
    }
    const peer = new Peer({ ...options, host: this });
    this.#entries.set(options.name, { peer, loop: new RemoteLoop(peer) });
    return peer;
  }

  remove(name: string): void {
    this.#entries.delete(name);
  }

  peer(name: string): Peer | undefined {
    return this.#entries.get(name)?.peer;
  }

  peers(): Peer[] {
    return [...this.#entries.values()].map(({ peer }) => peer);
  }

  has(name: string): boolean {
    return name === this.name || this.#entries.has(name);
  }

  /** All names that `getLoop` takes, this thread's own first. */
  names(): string[] {
    const others = [...this.#entries.keys()].filter((name) => name !== this.name);
    return [this.name, ...others];
  }

  /** @throws LoopNotFoundError */
  getLoop(name: string): RemoteLoop {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry.loop;
    if (name === this.name) return this.#addLoopback();
    throw new LoopNotFoundError(
      `There is no loop named '${name}' here; there are ${this.names().join(', ')}`,
    );
  }

  /** One's own loop in the same shape: a channel from this thread to itself. */
  #addLoopback(): RemoteLoop {
    const { name } = this;
    const open = (): NodePort => {
      const { port1, port2 } = new MessageChannel();
      new Peer({ name, host: this, onNotice: ignore, open }).attach(new NodePort(port2));
      return new NodePort(port1);
    };
    const whyNotBlock = (): string => `it runs on this thread's own loop, which cannot turn`;
    const peer = new Peer({ name, host: this, onNotice: ignore, open, whyNotBlock });
    const loop = new RemoteLoop(peer);
    this.#entries.set(this.name, { peer, loop });
    return loop;
  }
}

function ignore(): void {}

/** The directory of the calling thread; made on first use. */
export function getDirectory(): Directory {
  registry.directory ??= new Directory(threadName());
  return registry.directory as Directory;
}

/**
 * The loop of that name, wherever it runs: `main`, a loop that a coordinator started, or the
 * calling thread's own. Works in every thread that a coordinator started, and in the coordinator's.
 *
 * @throws LoopNotFoundError, with the names that there are
 */
export function getLoop(name: string): RemoteLoop {
  return getDirectory().getLoop(name);
}

/** The names that `getLoop` takes in the calling thread, its own first. */
export function loopNames(): string[] {
  return getDirectory().names();
}
