/**
 * What a peer needs to know of its surroundings: its name, where its calls run, and whom to ask
 * for a link or for the end of its thread. Shapes only.
 */
import type { Port } from '../wire/port.js';
import type { Exchange } from './exchange.js';
import type { CallHost } from './incoming-calls.js';

/** What a peer needs to know of its surroundings. */
export interface PeerOptions {
  readonly name: string;
  /** Where the peer's calls run. */
  readonly host: CallHost;
  readonly onNotice: (subject: string, body: unknown, from: Exchange) => void;
  /** A link over which calls of this thread go, or went, has closed. */
  readonly onHungUp?: () => void;
  /** A call of this thread has left the books. Called often: has to be cheap. */
  readonly onAnswer?: () => void;
  /** Opens a link to whichever thread bears the name now. */
  readonly open: () => Port;
  /** Ends that thread of the name, and has a new one bear it; absent where none can. */
  readonly replaceThread?: (reason: string, threadId: number | null) => void;
  /** Why its calls cannot be answered while this thread is blocked; absent when they can. */
  readonly whyNotBlock?: () => string | null;
}
