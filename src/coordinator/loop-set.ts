/**
 * The loops of a coordinator: who is there, who comes and who leaves.
 *
 * Runs on the coordinator's thread. Members are those that users see and that get work; besides
 * them there may be some that come up and some that leave. It gives out names, makes the threads'
 * seeds, and passes word and ports from one to another.
 */
import { threadId } from 'node:worker_threads';
import { InvalidArgumentError } from '../errors.js';
import { registry } from '../loop/registry.js';
import { getDirectory } from '../threads/directory.js';
import type { Directory } from '../threads/directory.js';
import { Notice } from '../threads/notices.js';
import type { Introduction, LoopEntry, StandingCall } from '../threads/notices.js';
import type { Application } from '../threads/rendezvous.js';
import { JoinedLoop } from './joined-loop.js';
import type { LoopSupervisor, ThreadSeed } from './loop-supervisor.js';
import type { FilledOptions } from './options.js';
import type { SpawnedThread } from './spawner.js';
import { SupervisedLoop } from './supervised-loop.js';

/** A call that every thread to come makes before it is ready. */
interface Standing extends StandingCall {
  /** Loops in whose port the call waits already: their next thread must not make it twice. */
  readonly waitsFor: Set<string>;
}

/** What a set of loops tells its coordinator. */
export type LoopSetOwner = Pick<LoopSupervisor, 'onAnswer' | 'report' | 'emit'>;

/** The loops of one coordinator. */
export class LoopSet {
  readonly #options: FilledOptions;
  readonly #directory: Directory = getDirectory();
  readonly #supervisor: LoopSupervisor;
  readonly #standing: Standing[] = [];
  /** All, in the order in which they were made. */
  #all: SupervisedLoop[] = [];
  #members: SupervisedLoop[] = [];
  readonly #released = new WeakSet<SupervisedLoop>();
  /** Of threads that were not started here. */
  #joined: JoinedLoop[] = [];

  constructor(options: FilledOptions, owner: LoopSetOwner) {
    this.#options = options;
    this.#supervisor = {
      ...owner,
      options,
      addPeer: (peerOptions) => this.#directory.add(peerOptions),
      spawn: (seed) => this.#spawn(seed),
      introduce: (from, to) => this.#introduce(from, to),
      replaceThread: ({ name, reason, threadId: victim }) => {
        this.#all.find((each) => each.name === name)?.replace(reason, victim);
      },
      tellOthers: (name, subject, body) => {
        for (const each of this.#all) if (each.name !== name) each.threads.tell(subject, body);
        for (const each of this.#joined) if (each.name !== name) each.tell(subject, body);
      },
      partOthers: async (leaving) => {
        const isOther = ({ name }: { readonly name: string }): boolean => name !== leaving.name;
        const threads = this.#all.filter(isOther).map((each) => each.threads);
        const others = [...threads, ...this.#joined.filter(isOther)];
        await Promise.all(others.map(async (each) => each.partFrom(leaving)));
      },
    };
  }

  /** Those that get work. */
  get members(): readonly SupervisedLoop[] {
    return this.#members;
  }

  /** Also those that come up or leave. */
  get all(): readonly SupervisedLoop[] {
    return this.#all;
  }

  /** Those whose threads joined by themselves. They are members of nothing, and get no work. */
  get joined(): readonly JoinedLoop[] {
    return this.#joined;
  }

  /** @throws InvalidArgumentError when there is no such loop */
  find(name: string): SupervisedLoop {
    const found = this.#members.find((each) => each.name === name);
    if (found !== undefined) return found;
    const names = this.#members.map((each) => each.name).join(', ');
    throw new InvalidArgumentError(`This coordinator has no loop '${name}'; it has ${names}`);
  }

  /** Makes so many loops; they get no work before they are admitted. */
  open(count: number): SupervisedLoop[] {
    const names = freeNames(this.#options.name, count, this.#directory);
    const opened = names.map((name) => new SupervisedLoop(name, this.#supervisor));
    this.#all.push(...opened);
    // Each is born with the names of all.
    for (const each of opened) each.begin();
    return opened;
  }

  /**
   * Takes a thread in that was not started here.
   *
   * @throws InvalidStateError when the name is taken
   */
  join(application: Application): void {
    const { name, isNameFree } = application;
    const given = isNameFree ? freeName(name, this.#directory) : name;
    const siblings = this.#entries();
    const loop = new JoinedLoop(given, application, {
      ...this.#supervisor,
      onGone: () => {
        this.#joined = this.#joined.filter((each) => each !== loop);
        this.#directory.remove(given);
      },
    });
    this.#joined.push(loop);
    loop.welcome(siblings);
  }

  admit(loops: readonly SupervisedLoop[]): void {
    this.#members = [...this.#members, ...loops];
  }

  /** Takes members out, who get no more work. Threads that come up later do not know them. */
  release(loops: readonly SupervisedLoop[]): void {
    for (const each of loops) this.#released.add(each);
    this.#members = this.#members.filter((each) => !loops.includes(each));
  }

  /** They are gone: their names are free again. */
  forget(loops: readonly SupervisedLoop[]): void {
    for (const { name } of loops) this.#directory.remove(name);
    this.#all = this.#all.filter((each) => !loops.includes(each));
    this.release(loops);
  }

  /** All are gone, and their names are free; the members can still be looked at. */
  close(): void {
    for (const { name } of this.#all) this.#directory.remove(name);
  }

  /** Every thread to come makes this call before it is ready, those behind which it waits apart. */
  addStanding(call: StandingCall): void {
    const waiting = this.#all.filter(({ state }) => state === 'waiting').map(({ name }) => name);
    this.#standing.push({ ...call, waitsFor: new Set(waiting) });
  }

  #spawn({ name, port, doorbell }: ThreadSeed): SpawnedThread {
    const { initialize, finalize, lateErrors, spawner } = this.#options;
    const home = { name: this.#directory.name, threadId, doorbell: registry.doorbell.address };
    return spawner.spawn({
      name,
      doorbell: doorbell.address,
      home,
      port,
      siblings: this.#entries().filter((each) => each.name !== name),
      initialize,
      standing: this.#standing.filter(({ waitsFor }) => !waitsFor.delete(name)).map(asCall),
      finalize,
      lateErrors,
    });
  }

  #isThere(loop: SupervisedLoop): boolean {
    return loop.state !== 'gone' && !this.#released.has(loop);
  }

  /** As a thread is told that comes. */
  #entries(): LoopEntry[] {
    const living = this.#all.filter((each) => this.#isThere(each));
    const joined = this.#joined.filter(({ state }) => state === 'joined');
    return [...living, ...joined].map(({ entry }) => entry);
  }

  #introduce(from: Introduction, to: string): void {
    const joined = this.#joined.find(({ name }) => name === to);
    if (joined !== undefined) {
      joined.tell(Notice.introduced, from, [from.port]);
      return;
    }
    const target = this.#all.find(({ name }) => name === to);
    // A closed port tells the asker that nobody is there.
    if (target === undefined || target.state === 'gone') {
      from.port.close();
      return;
    }
    // One that leaves has no link for calls any more.
    const way = target.state === 'stopping' ? target.threads.bearer?.exchange : target.peer;
    way?.notice(Notice.introduced, from, [from.port]);
  }
}

function asCall({ address, args }: Standing): StandingCall {
  return { address, args };
}

/** The name itself, or the first of `<name>-2`, `<name>-3`, … that is free in this thread. */
function freeName(name: string, directory: Directory): string {
  let free = name;
  for (let number = 2; directory.has(free); number += 1) free = `${name}-${number}`;
  return free;
}

/** The first so many of `<name>-1`, `<name>-2`, … that are free in this thread. */
function freeNames(name: string, count: number, directory: Directory): string[] {
  const names: string[] = [];
  for (let number = 1; names.length < count; number += 1) {
    if (!directory.has(`${name}-${number}`)) names.push(`${name}-${number}`);
  }
  return names;
}
