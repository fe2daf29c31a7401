/**
 * The coordinator: starts worker loops, keeps them alive, gives them work, and shuts them down.
 *
 * Belongs to the thread that started it, of which it is the home: started outside a running loop,
 * it runs that thread's loop in the background, so that workers can call back. It keeps the
 * process alive for calls that are under way, and for nothing else.
 */
import { threadId } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CoordinatorClosedError, InvalidArgumentError } from '../errors.js';
import type { Doorbell } from '../loop/doorbell.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { registry } from '../loop/registry.js';
import { giveUpPlace, keepPlace } from '../shared/member.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getDirectory } from '../threads/directory.js';
import type { Directory } from '../threads/directory.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import { Notice } from '../threads/worker.js';
import type { LoopEntry } from '../threads/worker.js';
import { runLoopInBackground } from './background-run.js';
import { Balancer } from './balancer.js';
import { CoordinatorCalls } from './coordinator-calls.js';
import type { CallPlaces } from './coordinator-calls.js';
import { fillOptions, fillShutdownOptions } from './options.js';
import type { CoordinatorOptions, FilledOptions, ShutdownOptions } from './options.js';
import { Placement } from './place.js';
import type { SpawnedThread } from './spawner.js';
import { takeStats } from './stats.js';
import type { CoordinatorStats } from './stats.js';
import { SupervisedLoop } from './supervised-loop.js';
import type { LoopSupervisor } from './supervised-loop.js';

/** Why a thread ends that is told to. */
const shutDown = 'its coordinator was shut down';

/** Several event loops, each in a thread of its own. */
export class Coordinator extends CoordinatorCalls implements AsyncDisposable {
  static {
    printsAsText(this);
  }

  readonly #options: FilledOptions;
  readonly #directory: Directory = getDirectory();
  /** By the names of the loops: each name keeps its doorbell over all its threads. */
  readonly #doorbells: ReadonlyMap<string, Doorbell>;
  readonly #supervised: SupervisedLoop[] = [];
  readonly #placement = new Placement();
  readonly #balancer = new Balancer();
  protected override readonly places: CallPlaces;
  readonly #endBackground: () => void;
  #shutdown: Promise<void> | null = null;

  /**
   * Starts the loops, and resolves once all of them take calls. Cancelling gives the start up.
   *
   * @throws InvalidArgumentError for an option out of range; what `initialize` throws
   */
  static start(options: CoordinatorOptions = {}): ConcurrentFuture<Coordinator> {
    const starting = new ConcurrentFuture<Coordinator>();
    try {
      const coordinator = new Coordinator(fillOptions(options));
      starting.addDoneCallback(() => {
        if (starting.cancelled()) void coordinator.shutdown({ mode: 'terminate' });
      });
      coordinator.#started().then(
        () => starting.setResult(coordinator),
        (error: unknown) => starting.setException(error),
      );
    } catch (error) {
      starting.setException(error);
    }
    return starting;
  }

  private constructor(options: FilledOptions) {
    super();
    this.#options = options;
    this.places = this.#createPlaces();
    this.#endBackground = runLoopInBackground();
    const names = freeNames(options.name, options.loops, this.#directory);
    this.#doorbells = new Map(names.map((name) => [name, keepPlace()]));
    const supervisor: LoopSupervisor = {
      addPeer: (peerOptions) => {
        const peer = this.#directory.add(peerOptions);
        peer.doorbell = this.#doorbells.get(peer.name) ?? null;
        return peer;
      },
      spawn: (name, port) => this.#spawn(name, port),
      introduce: (from, to, port) => this.#introduce(from, to, port),
      replaceThread: (replacement) =>
        this.#supervised.find(({ name }) => name === replacement.name)?.replace(replacement),
      onAnswer: (loop) => {
        if (this.#shutdown === null) this.#balancer.onAnswer(loop, this.#supervised);
      },
      onReady: ({ name }) => this.#tellOthers(name, Notice.joined, this.#entryOf(name)),
      onDeath: (death) => this.#tellOthers(death.loop, Notice.died, { death, atMs: Date.now() }),
      onGone: (death) => this.#tellOthers(death.loop, Notice.left, death),
    };
    for (const name of names) this.#supervised.push(new SupervisedLoop(name, supervisor));
  }

  /** The loops, in the order of their names. They can be kept: a replaced thread keeps its name. */
  get loops(): readonly RemoteLoop[] {
    return this.#supervised.map(({ loop }) => loop);
  }

  /** @throws InvalidArgumentError when this coordinator has no such loop */
  loop(name: string): RemoteLoop {
    return this.#find(name).loop;
  }

  /**
   * Ends one thread at once; a new one takes the name. Calls that it held fail with
   * `LoopDiedError`, whose reason is the given one.
   *
   * @throws InvalidArgumentError when this coordinator has no such loop; CoordinatorClosedError
   */
  restart(name: string, reason = 'it was restarted'): void {
    this.#assertOpen();
    this.#find(name).restart(reason);
  }

  /** What the loops are doing. The utilizations count since the last call. */
  stats(): CoordinatorStats {
    return takeStats(this.#supervised);
  }

  /**
   * Ends the loops, and resolves when all threads have ended. Takes no more work from the moment
   * of the call. A second call waits for the same end; with `terminate` it brings that about.
   *
   * @throws InvalidArgumentError for an option out of range
   */
  shutdown(options: ShutdownOptions = {}): ConcurrentFuture<void> {
    const filled = fillShutdownOptions(options);
    const isSecond = this.#shutdown !== null;
    this.#shutdown ??= this.#shutDown(filled);
    if (isSecond && filled.mode === 'terminate') this.#terminateAll(shutDown);
    return ConcurrentFuture.from(this.#shutdown);
  }

  /** `shutdown()`: calls that were made are carried out first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  override toString(): string {
    const state = this.#shutdown === null ? 'open' : 'closed';
    return `<Coordinator ${state} loops=${this.#supervised.length}>`;
  }

  #createPlaces(): CallPlaces {
    const loops = (): readonly RemoteLoop[] => this.loops;
    return {
      get loops() {
        return loops();
      },
      assertOpen: () => this.#assertOpen(),
      dispatch: (call) => {
        const chosen = this.#placement.choose(this.#supervised) ?? this.#supervised[0];
        this.#balancer.send(call, chosen as SupervisedLoop);
      },
    };
  }

  async #started(): Promise<void> {
    try {
      await Promise.all(this.#supervised.map(({ started }) => started));
    } catch (error) {
      await this.shutdown({ mode: 'terminate' });
      throw error;
    }
  }

  async #shutDown({ mode, timeoutMs }: Required<ShutdownOptions>): Promise<void> {
    const closed = new CoordinatorClosedError('The coordinator has been shut down');
    for (const { peer } of this.#supervised) peer.refuse(closed);
    const isBounded = timeoutMs !== Infinity;
    const end = (): void => this.#terminateAll(`its shutdown took more than ${timeoutMs} ms`);
    const deadline = isBounded ? setTimeout(end, timeoutMs) : undefined;
    if (mode === 'terminate') this.#terminateAll(shutDown);
    if (mode === 'drain') await Promise.all(this.#supervised.map(({ peer }) => peer.answered()));
    await Promise.all(this.#supervised.map((each) => each.stop(mode === 'cancel')));
    clearTimeout(deadline);
    for (const { name } of this.#supervised) this.#directory.remove(name);
    for (const doorbell of this.#doorbells.values()) giveUpPlace(doorbell);
    this.#endBackground();
  }

  #terminateAll(reason: string): void {
    for (const each of this.#supervised) each.terminate(reason);
  }

  #find(name: string): SupervisedLoop {
    const found = this.#supervised.find((each) => each.name === name);
    if (found !== undefined) return found;
    const names = this.#supervised.map((each) => each.name).join(', ');
    throw new InvalidArgumentError(`This coordinator has no loop '${name}'; it has ${names}`);
  }

  #assertOpen(): void {
    if (this.#shutdown === null) return;
    throw new CoordinatorClosedError('The coordinator has been shut down');
  }

  #tellOthers(name: string, subject: string, body: unknown): void {
    for (const each of this.#supervised) {
      const isListening = each.state !== 'gone' && each.state !== 'stopping';
      if (each.name !== name && isListening) each.peer.notice(subject, body);
    }
  }

  #spawn(name: string, port: MessagePort): SpawnedThread {
    const { initialize, spawner } = this.#options;
    const entries = [...this.#doorbells.keys()].map((each) => this.#entryOf(each));
    const siblings = entries.filter((each) => each.name !== name);
    const { doorbell } = this.#entryOf(name);
    const home = { name: this.#directory.name, threadId, doorbell: registry.doorbell.address };
    return spawner.spawn({ name, doorbell, home, port, siblings, initialize });
  }

  #entryOf(name: string): LoopEntry {
    const { address } = this.#doorbells.get(name) as Doorbell;
    return { name, threadId: this.#directory.peer(name)?.threadId ?? null, doorbell: address };
  }

  #introduce(from: string, to: string, port: MessagePort): void {
    const target = this.#supervised.find(({ name }) => name === to);
    // A closed port tells the asker that nobody is there.
    if (target === undefined || target.state === 'gone') port.close();
    else target.peer.notice(Notice.introduced, { name: from, port }, [port]);
  }
}

/** The first so many of `<name>-1`, `<name>-2`, … that are free in this thread. */
function freeNames(name: string, count: number, directory: Directory): string[] {
  const names: string[] = [];
  for (let number = 1; names.length < count; number += 1) {
    if (!directory.has(`${name}-${number}`)) names.push(`${name}-${number}`);
  }
  return names;
}
