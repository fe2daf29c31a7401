/**
 * Where threads come in that a coordinator did not start: it invites those that seek one, and takes
 * their applications. The words are in `src/threads/rendezvous.ts`.
 *
 * One in each thread that has coordinators. It listens while there are any, and keeps no thread
 * alive.
 * Among several coordinators of one thread the first is the one that invites.
 */
import { threadId } from 'node:worker_threads';
import { CoordinatorClosedError } from '../errors.js';
import { registry } from '../loop/registry.js';
import { getDirectory } from '../threads/directory.js';
import { Notice } from '../threads/notices.js';
import { isApplication, openRendezvous } from '../threads/rendezvous.js';
import type { Application, Invitation, RendezvousWord } from '../threads/rendezvous.js';
import { encodeError } from '../wire/error-codec.js';
import { Operation } from '../wire/message.js';

/** Takes an application. @throws when the thread cannot join */
export type Admit = (application: Application) => void;

/** Those that are open in this thread, by their ids. */
const open = new Map<string, { readonly invitation: Invitation; readonly admit: Admit }>();
let count = 0;
let close: (() => void) | null = null;

/** A coordinator that takes threads in, until it is closed. */
export class Reception implements Disposable {
  readonly #id: string;

  constructor(admit: Admit) {
    count += 1;
    this.#id = `${threadId}/${count}`;
    open.set(this.#id, { invitation: invitationOf(this.#id), admit });
    close ??= listen();
  }

  /** For threads that are to join this coordinator, and no other. */
  get invitation(): Invitation {
    return invitationOf(this.#id);
  }

  [Symbol.dispose](): void {
    open.delete(this.#id);
    if (open.size > 0) return;
    close?.();
    close = null;
  }
}

function invitationOf(coordinator: string): Invitation {
  const { name } = getDirectory();
  return { coordinator, home: { name, threadId, doorbell: registry.doorbell.address } };
}

function listen(): () => void {
  const channel = openRendezvous((word) => {
    if (word.kind === 'seek') invite(word.from);
  });
  const invite = (to: number | null): void => {
    const [first] = open.keys();
    if (first === undefined) return;
    const word: RendezvousWord = { kind: 'invite', to, invitation: invitationOf(first) };
    channel.postMessage(word);
  };
  const onMessage = (value: unknown): void => {
    if (isApplication(value)) receive(value);
  };
  const emitter = process as NodeJS.EventEmitter;
  emitter.on('workerMessage', onMessage);
  // Some may have been seeking for a while.
  queueMicrotask(() => invite(null));
  return () => {
    emitter.off('workerMessage', onMessage);
    channel.close();
  };
}

function receive(application: Application): void {
  const { coordinator, port } = application;
  try {
    const reception = open.get(coordinator);
    if (reception === undefined) {
      throw new CoordinatorClosedError('The coordinator has been shut down');
    }
    reception.admit(application);
  } catch (error) {
    port.postMessage([Operation.Notice, Notice.refused, encodeError(error)]);
    port.close();
  }
}
