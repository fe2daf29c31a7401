/**
 * Joining a coordinator from a thread that it did not start: a framework's, Piscina's, one's own.
 *
 * Runs in that thread. It gets a loop, unless it has one, which runs in the background of whatever
 * else the thread does; a name; and a place in the directory of every loop. See `docs/attach.md`.
 */
import { isMainThread, MessageChannel, threadId, workerData } from 'node:worker_threads';
import * as workerThreads from 'node:worker_threads';
import {
  CancelledError,
  CoordinatorClosedError,
  InvalidArgumentError,
  InvalidStateError,
  show,
  TimeoutError,
} from '../errors.js';
import { threadName } from '../loop/current-loop.js';
import { registry } from '../loop/registry.js';
import { ownMember } from '../shared/member.js';
import { AttachedLoop } from './attached-loop.js';
import { BackgroundLoop } from './background-run.js';
import { Deadline } from './deadline.js';
import { rendezvous, seekInvitation } from './rendezvous.js';
import type { Application, Invitation } from './rendezvous.js';

/** Options of `attachLoop()`. */
export interface AttachOptions {
  /**
   * Under which the others know this loop. Default: the thread's name or number, with a further
   * number where that name is taken.
   */
  readonly name?: string;
  /** `coordinator.invitation`. Default: of whichever coordinator of the process answers first. */
  readonly invitation?: Invitation;
  /** How long to wait for a coordinator, and for its answer. Default 5000. */
  readonly timeoutMs?: number;
  /** Gives the attempt up; nothing more once this thread is attached. */
  readonly signal?: AbortSignal;
}

/** A guess: a program that makes its pool first starts its coordinator soon. Safe to change. */
const defaultTimeoutMs = 5_000;

/**
 * Joins a coordinator of this process, from a worker thread that it did not start. Afterwards
 * `getLoop` works here, and reaches this thread from every loop, by its name. `submit` and `map`
 * do not choose it.
 *
 * Does not keep the thread alive, but for calls that run here: see `AttachedLoop.ref()`.
 *
 * @throws InvalidStateError on the main thread, in a thread that a coordinator started, in one that
 *   is attached, or when the name is taken; TimeoutError when no coordinator answers;
 *   CoordinatorClosedError; CancelledError when the signal is aborted; LoopDiedError when the
 *   coordinator's thread ends meanwhile; InvalidArgumentError for an option out of range
 *
 * @example
 * await using attached = await attachLoop({ name: 'resizer' });
 */
export async function attachLoop(options: AttachOptions = {}): Promise<AttachedLoop> {
  checkOptions(options);
  assertAttachable();
  const { signal, timeoutMs = defaultTimeoutMs } = options;
  signal?.throwIfAborted();
  registry.attachment = 'joining';
  const attempt = new Attempt(timeoutMs, signal);
  try {
    const attached = await attempt.join(options);
    registry.attachment = attached;
    void attached.detached.then(() => (registry.attachment = null));
    return attached;
  } catch (error) {
    registry.attachment = null;
    throw error;
  } finally {
    attempt.end();
  }
}

/** One attempt, bounded in time; its timer keeps the thread alive. */
class Attempt {
  readonly #givenUp: Promise<never>;
  readonly #ends: (() => void)[] = [];

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#givenUp = new Promise((_resolve, reject) => {
      const giveUp = (): void => reject(noAnswer(timeoutMs));
      const deadline = new Deadline(Math.min(timeoutMs, longestMs), giveUp).ref();
      const abort = (): void => reject(new CancelledError(messageOf(signal?.reason)));
      signal?.addEventListener('abort', abort);
      this.#ends.push(
        () => deadline.clear(),
        () => signal?.removeEventListener('abort', abort),
      );
    });
    this.#givenUp.catch(() => undefined);
  }

  async join(options: AttachOptions): Promise<AttachedLoop> {
    const invitation = options.invitation ?? (await this.#seek());
    if (invitation.home.threadId === threadId) throw notHere('is the home of that coordinator');
    const background = new BackgroundLoop();
    const { port1, port2 } = new MessageChannel();
    try {
      const attached = new AttachedLoop(invitation.home, port1, background);
      this.#ends.push(() => attached.giveUp());
      const undelivered = apply(options, invitation, port2);
      await Promise.race([attached.welcomed, this.#givenUp, undelivered]);
      return attached;
    } catch (error) {
      port1.close();
      background.end();
      throw error;
    }
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  async #seek(): Promise<Invitation> {
    const search = seekInvitation();
    this.#ends.push(() => search.end());
    return Promise.race([search.invitation, this.#givenUp]);
  }
}

/** What `setTimeout` takes. */
const longestMs = 2 ** 31 - 1;

/** Rejects when the application does not get there, and is pending else. */
async function apply(
  options: AttachOptions,
  { coordinator, home }: Invitation,
  port: workerThreads.MessagePort,
): Promise<never> {
  // From now on other threads may know this thread's doorbell, which must not be replaced.
  ownMember();
  const application: Application = {
    mark: rendezvous,
    coordinator,
    name: options.name ?? threadName(),
    isNameFree: options.name === undefined,
    threadId,
    doorbell: registry.doorbell.address,
    port,
  };
  try {
    await threads.postMessageToThread(home.threadId ?? 0, application, [port]);
  } catch (cause) {
    throw new CoordinatorClosedError(`No coordinator takes that invitation any more`, { cause });
  }
  return new Promise(() => undefined);
}

/** In every Node that we run on, but not in the types that we compile with. */
const threads = workerThreads as typeof workerThreads & {
  postMessageToThread(
    threadId: number,
    value: unknown,
    transferList: readonly workerThreads.MessagePort[],
  ): Promise<void>;
};

function assertAttachable(): void {
  if (isMainThread) throw notHere('is the main thread, where a coordinator can be started');
  const seed = (workerData as { threadloop?: { name?: string } } | null)?.threadloop;
  if (seed !== undefined) {
    throw notHere(`was started by a coordinator, and has its place as '${seed.name}'`);
  }
  if (registry.attachment === null) return;
  const { attachment } = registry;
  const name = attachment instanceof AttachedLoop ? ` as '${attachment.name}'` : '';
  throw notHere(`is attached already${name}: detach() it first`);
}

function notHere(why: string): InvalidStateError {
  return new InvalidStateError(
    `attachLoop() is for worker threads without a place: this one ${why}`,
  );
}

function noAnswer(timeoutMs: number): TimeoutError {
  return new TimeoutError(
    `attachLoop() was not taken in within ${timeoutMs} ms: no coordinator of this process ` +
      'answers. Start one, and leave its thread its turns',
  );
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function checkOptions({ name, timeoutMs = 0, signal }: AttachOptions): void {
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new InvalidArgumentError(`name must be a text that is not empty, got ${show(name)}`);
  }
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    throw new InvalidArgumentError(`timeoutMs must be 0 or more, got ${show(timeoutMs)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError(`signal must be an AbortSignal, got ${show(signal)}`);
  }
}
