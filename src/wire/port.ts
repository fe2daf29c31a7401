/**
 * How bytes move between two threads: the second of the three seams to the real world.
 *
 * `NodePort` is the real body, over a `MessagePort`. The test body is `createPortPair()` in
 * `threadloop/testing`, where both ends live in one thread.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Batch } from './message.js';

/** Who listens at a port; `M` is what one message of it is. */
export interface PortListener<M = Batch> {
  onBatch(batch: M): void;
  /** A batch arrived that cannot be read in this thread. */
  onUnreadable(error: unknown): void;
  /** The other end is gone; nothing comes any more. */
  onClose(): void;
}

/** One end of a two-way channel that keeps the order and loses nothing while both ends live. */
export interface Port<M = Batch> {
  /**
   * Sends a copy; `false` when it is known that nobody is at the other end any more, which a
   * blocked thread learns in no other way. Throws, and sends nothing, when a part cannot be cloned.
   */
  post(batch: M, transferList: readonly Transferable[]): boolean;
  /** To be called once; what came before is delivered then. */
  listen(listener: PortListener<M>): void;
  /** Takes the next batch that has arrived already, without waiting for the host's loop. */
  take(): M | undefined;
  /** While referenced, an open port keeps the process alive. Ports begin unreferenced. */
  ref(): void;
  unref(): void;
  close(): void;
}

/** A `MessagePort`, with what its types keep back. */
interface TellingPort {
  postMessage(message: unknown, transferList: readonly Transferable[]): unknown;
}

/** A port over Node's `MessagePort`. */
export class NodePort<M = Batch> implements Port<M> {
  readonly #port: MessagePort;
  readonly #ring: () => void;
  #isClosed = false;
  #wasHeard = false;

  /** @param ring - called after each batch: wakes a far thread that Node's event would not reach */
  constructor(port: MessagePort, ring: () => void = () => undefined) {
    this.#port = port;
    this.#ring = ring;
  }

  /**
   * Node's `postMessage` returns `true` as long as the port has another end, `false` or `undefined`
   * afterwards, though its documentation does not say so (seen in Node 20 to 26). Where it never
   * returned `true`, nothing is concluded.
   */
  post(batch: M, transferList: readonly Transferable[]): boolean {
    const port: TellingPort = this.#port;
    const isHeard = port.postMessage(batch, transferList) === true;
    this.#ring();
    this.#wasHeard ||= isHeard;
    return isHeard || !this.#wasHeard;
  }

  listen(listener: PortListener<M>): void {
    this.#port.on('message', (batch: M) => listener.onBatch(batch));
    this.#port.on('messageerror', (error) => listener.onUnreadable(error));
    this.#port.on('close', () => {
      this.#isClosed = true;
      listener.onClose();
    });
    // Listening has referenced it.
    this.#port.unref();
  }

  take(): M | undefined {
    // On a port that has closed, Node 20 crashes with a segmentation fault.
    if (this.#isClosed) return undefined;
    return receiveMessageOnPort(this.#port)?.message as M | undefined;
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#port.close();
  }
}
