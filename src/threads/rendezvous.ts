/**
 * How a thread that a coordinator did not start finds one: the words that are exchanged before
 * there is a link. Any thread.
 *
 * 1. Whoever seeks says so on a channel that all threads of the process hear (`seek`).
 * 2. A coordinator answers with its invitation (`invite`). One that opens later invites everybody.
 * 3. The seeker sends its application, with a port, to the coordinator's thread alone: Node's
 *    `postMessageToThread`, since a broadcast cannot carry ports.
 * 4. Over that port comes `welcome` or `refused`: from then on it is a link like any other.
 */
import { BroadcastChannel, threadId } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { DoorbellAddress } from '../loop/doorbell.js';
import type { LoopEntry } from './notices.js';

/** The name of the channel, and the mark of an application. */
export const rendezvous = 'threadloop.rendezvous';

/** Says where a coordinator can be found. Plain data: it can be sent to any thread. */
export interface Invitation {
  /** Of the coordinator, within the process. */
  readonly coordinator: string;
  /** The coordinator's thread. */
  readonly home: LoopEntry;
}

/** What is said on the channel. */
export type RendezvousWord =
  | { readonly kind: 'seek'; readonly from: number }
  | { readonly kind: 'invite'; readonly to: number | null; readonly invitation: Invitation };

/** What a thread sends that wants to join. */
export interface Application {
  readonly mark: typeof rendezvous;
  /** Of the coordinator that it was invited by. */
  readonly coordinator: string;
  /** Under which it wants to be known. */
  readonly name: string;
  /** Whether another name will do, should that one be taken. */
  readonly isNameFree: boolean;
  readonly threadId: number;
  readonly doorbell: DoorbellAddress;
  /** The coordinator's end of the link. */
  readonly port: MessagePort;
}

/** Whether something that came from another thread is an application. */
export function isApplication(value: unknown): value is Application {
  return (value as Partial<Application> | null | undefined)?.mark === rendezvous;
}

/** This thread's place on the channel; does not keep the thread alive unless it is referenced. */
export function openRendezvous(onWord: (word: RendezvousWord) => void): BroadcastChannel {
  const channel = new BroadcastChannel(rendezvous);
  channel.onmessage = (event) => onWord((event as { data: RendezvousWord }).data);
  channel.unref();
  return channel;
}

/** An end of a wait for an invitation. */
export interface Search {
  /** Rejects never; stays pending when it is ended first. */
  readonly invitation: Promise<Invitation>;
  end(): void;
}

/** Asks for an invitation: of whichever coordinator answers first, now or when one opens. */
export function seekInvitation(): Search {
  let end = (): void => undefined;
  const invitation = new Promise<Invitation>((resolve) => {
    const channel = openRendezvous((word) => {
      if (word.kind !== 'invite' || (word.to !== threadId && word.to !== null)) return;
      resolve(word.invitation);
    });
    end = () => channel.close();
    channel.postMessage({ kind: 'seek', from: threadId } satisfies RendezvousWord);
  });
  return { invitation, end };
}
