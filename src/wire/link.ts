/**
 * One end of the link between two threads: turns calls into batches and batches into calls.
 *
 * Messages gather in an outbox and leave together, in a microtask or as soon as there are enough.
 * They arrive in the order in which they were made. A message that cannot be cloned fails alone:
 * the rest of its batch is sent one by one. Knows nothing of tasks or loops.
 *
 * The shared word that wakes a busy thread without its event loop will stand here, beside
 * `flush` (which would raise it) and `drain` (which would be called on seeing it).
 */
import type { Transferable } from 'node:worker_threads';
import { encodeError } from './error-codec.js';
import type { EncodedError } from './error-codec.js';
import { argumentsOffset, Operation, sizeOfOperation } from './message.js';
import type { Batch, CallHeading, FunctionAddress } from './message.js';
import { isCloneable, notCloneable } from './not-cloneable.js';
import type { Port } from './port.js';

/** Who makes and answers the calls of a link. */
export interface LinkListener {
  onPost(heading: CallHeading, address: FunctionAddress, args: unknown[]): void;
  onCall(heading: CallHeading, address: FunctionAddress, args: unknown[]): void;
  onCancel(id: number, message: string | undefined): void;
  onResult(id: number, value: unknown): void;
  onError(id: number, error: EncodedError): void;
  onNotice(subject: string, body: unknown): void;
  /** A post or call of ours could not be sent. */
  onUnsendable(id: number, error: Error): void;
  /** Messages of the other side were lost: whatever it waits for has to be failed. */
  onUnreadable(error: unknown): void;
  onClosed(): void;
}

/** An outbox of so many operations is sent at once. Measured: more gains nothing any more. */
const maxBatchOperations = 256;

/** So many batches are read before Node gets the thread back: about one full slice of calls. */
const maxBatchesPerDrain = 32;

/** One end of a link. */
export class Link {
  readonly #port: Port;
  readonly #listener: LinkListener;
  #outbox: Batch = [];
  #outboxCount = 0;
  readonly #slots = new Map<string, number>();
  readonly #definitions: FunctionAddress[] = [];

  constructor(port: Port, listener: LinkListener) {
    this.#port = port;
    this.#listener = listener;
    port.listen({
      onBatch: (batch) => {
        this.#receive(batch);
        this.drain(maxBatchesPerDrain);
      },
      onUnreadable: (error) => listener.onUnreadable(error),
      onClose: () => listener.onClosed(),
    });
  }

  /** How many operations wait in the outbox. */
  get outboxCount(): number {
    return this.#outboxCount;
  }

  post(
    heading: CallHeading,
    address: FunctionAddress,
    args: readonly unknown[],
    transferList?: readonly Transferable[],
  ): void {
    this.#add(Operation.Post, heading, address, args, transferList);
  }

  call(
    heading: CallHeading,
    address: FunctionAddress,
    args: readonly unknown[],
    transferList?: readonly Transferable[],
  ): void {
    this.#add(Operation.Call, heading, address, args, transferList);
  }

  cancel(id: number, message: string | undefined): void {
    this.#outbox.push(Operation.Cancel, id, message);
    this.#added();
  }

  answerResult(id: number, value: unknown): void {
    this.#outbox.push(Operation.Result, id, value);
    this.#added();
  }

  answerError(id: number, thrown: unknown): void {
    this.#outbox.push(Operation.Error, id, encodeError(thrown));
    this.#added();
  }

  /** A word between the runtimes; leaves at once, behind what was said before. */
  notice(subject: string, body: unknown, transferList: readonly Transferable[] = []): void {
    this.flush();
    this.#port.post([Operation.Notice, subject, body], transferList);
  }

  /** The other side has lost a batch: what it was told of functions may have been in it. */
  forgetDefinitions(): void {
    this.#slots.clear();
  }

  /** Sends what is in the outbox. */
  flush(): void {
    const batch = this.#outbox;
    if (batch.length === 0) return;
    this.#outbox = [];
    this.#outboxCount = 0;
    try {
      this.#port.post(batch, []);
    } catch {
      this.#sendOneByOne(batch);
    }
  }

  /** Reads what has arrived by now, at most so many batches. */
  drain(maxBatches: number): void {
    for (let count = 0; count < maxBatches; count += 1) {
      const batch = this.#port.take();
      if (batch === undefined) return;
      this.#receive(batch);
    }
  }

  /** While referenced, the link keeps the process alive. */
  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }

  /** Sends what is in the outbox and hangs up. */
  close(): void {
    this.flush();
    this.#port.close();
  }

  /** What moves something leaves at once, alone: if it cannot, nothing else is held up by it. */
  #add(
    operation: number,
    { id, word, rank }: CallHeading,
    address: FunctionAddress,
    args: readonly unknown[],
    transferList: readonly Transferable[] = [],
  ): void {
    const slot = this.#slotOf(address);
    if (transferList.length === 0) {
      this.#outbox.push(operation, id, slot, args.length, word, rank, ...args);
      this.#added();
      return;
    }
    this.flush();
    const message = [operation, id, slot, args.length, word, rank, ...args];
    try {
      this.#port.post(message, transferList);
    } catch (cause) {
      // The caller has not seen the call yet: it hears of it as of any other.
      queueMicrotask(() => this.#failUnsendable(message, cause));
    }
  }

  #slotOf(address: FunctionAddress): number {
    const key = `${address.url}#${address.name}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(key, slot);
      this.#outbox.push(Operation.Define, slot, address.url, address.name);
    }
    return slot;
  }

  #added(): void {
    this.#outboxCount += 1;
    if (this.#outboxCount === 1) queueMicrotask(this.#flushLater);
    else if (this.#outboxCount >= maxBatchOperations) this.flush();
  }

  readonly #flushLater = (): void => this.flush();

  #sendOneByOne(batch: Batch): void {
    let index = 0;
    while (index < batch.length) {
      const end = index + sizeOfOperation(batch, index);
      const operation = batch.slice(index, end);
      try {
        this.#port.post(operation, []);
      } catch (cause) {
        this.#failUnsendable(operation, cause);
      }
      index = end;
    }
  }

  #failUnsendable(operation: Batch, cause: unknown): void {
    const id = operation[1] as number;
    if (operation[0] === Operation.Result) {
      this.answerError(id, notCloneable('the result', operation[2], cause));
      return;
    }
    const args = operation.slice(argumentsOffset);
    const index = args.findIndex((arg) => !isCloneable(arg));
    const name = this.#nameOfSlot(operation[2] as number);
    const what = `argument ${index + 1} of ${name}()`;
    this.#listener.onUnsendable(id, notCloneable(what, args[index], cause));
  }

  #nameOfSlot(slot: number): string {
    for (const [key, each] of this.#slots) {
      if (each === slot) return key.slice(key.lastIndexOf('#') + 1);
    }
    return '(unknown)';
  }

  #receive(batch: Batch): void {
    let index = 0;
    while (index < batch.length) {
      const end = index + sizeOfOperation(batch, index);
      this.#dispatch(batch, index, end);
      index = end;
    }
  }

  #dispatch(batch: Batch, index: number, end: number): void {
    const listener = this.#listener;
    const id = batch[index + 1] as number;
    switch (batch[index]) {
      case Operation.Define:
        this.#definitions[id] = {
          url: batch[index + 2] as string,
          name: batch[index + 3] as string,
        };
        break;
      case Operation.Post:
        listener.onPost(
          headingAt(batch, index),
          this.#addressAt(batch, index),
          batch.slice(index + argumentsOffset, end),
        );
        break;
      case Operation.Call:
        listener.onCall(
          headingAt(batch, index),
          this.#addressAt(batch, index),
          batch.slice(index + argumentsOffset, end),
        );
        break;
      case Operation.Cancel:
        listener.onCancel(id, batch[index + 2] as string | undefined);
        break;
      case Operation.Result:
        listener.onResult(id, batch[index + 2]);
        break;
      case Operation.Error:
        listener.onError(id, batch[index + 2] as EncodedError);
        break;
      default:
        listener.onNotice(batch[index + 1] as string, batch[index + 2]);
    }
  }

  #addressAt(batch: Batch, index: number): FunctionAddress {
    return this.#definitions[batch[index + 2] as number] as FunctionAddress;
  }
}

function headingAt(batch: Batch, index: number): CallHeading {
  return {
    id: batch[index + 1] as number,
    word: batch[index + 4] as number,
    rank: batch[index + 5] as number,
  };
}
