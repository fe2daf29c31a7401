/**
 * Two ports that are connected within one thread: the test body of the port seam.
 *
 * Batches are cloned as between threads, keep their order, and arrive in later microtasks. With
 * it both sides of a link can be tested in one place, without threads and without waiting.
 */
import type { Transferable } from 'node:worker_threads';
import type { Batch } from '../wire/message.js';
import type { Port, PortListener } from '../wire/port.js';

/** A port whose other end is in the same thread. */
export class MemoryPort implements Port {
  isReferenced = false;
  #other: MemoryPort | null = null;
  #listener: PortListener | null = null;
  readonly #inbox: Batch[] = [];
  #isClosed = false;

  /** Connects this port with another; see `createPortPair`. */
  connect(other: MemoryPort): void {
    this.#other = other;
  }

  post(batch: Batch, transferList: readonly Transferable[] = []): boolean {
    const copy = structuredClone(batch, { transfer: [...transferList] });
    const other = this.#other;
    if (this.#isClosed || other === null) return false;
    other.#inbox.push(copy);
    queueMicrotask(() => other.#deliver());
    return !other.#isClosed;
  }

  listen(listener: PortListener): void {
    this.#listener = listener;
    for (let count = this.#inbox.length; count > 0; count -= 1) {
      queueMicrotask(() => this.#deliver());
    }
  }

  take(): Batch | undefined {
    return this.#inbox.shift();
  }

  ref(): void {
    this.isReferenced = true;
  }

  unref(): void {
    this.isReferenced = false;
  }

  /** Hangs up, as a thread does when it ends. Both ends hear of it, after what was sent before. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    queueMicrotask(() => this.#listener?.onClose());
    const other = this.#other;
    queueMicrotask(() => other?.close());
  }

  #deliver(): void {
    if (this.#listener === null) return;
    const batch = this.#inbox.shift();
    if (batch !== undefined) this.#listener.onBatch(batch);
  }
}

/** A connected pair of ports. */
export function createPortPair(): [MemoryPort, MemoryPort] {
  const [left, right] = [new MemoryPort(), new MemoryPort()];
  left.connect(right);
  right.connect(left);
  return [left, right];
}
