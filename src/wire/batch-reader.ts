/**
 * The reading half of one end of a link: turns batches into calls.
 *
 * What stays on the other side (a callback, a stream) is taken as soon as it is read. Instances in
 * answers are made here; those in arguments by whoever runs the call, once it can.
 */
import { Fifo } from '../queues/fifo.js';
import { encodeError } from './error-codec.js';
import type { EncodedError } from './error-codec.js';
import {
  answeredId,
  argumentsStart,
  canWait,
  Operation,
  operationOf,
  rankOf,
  sizeOfOperation,
  slotOf,
} from './message.js';
import type { Batch, CallKind, Carried, FunctionAddress } from './message.js';
import type { Attachments } from './special-values.js';
import { reviveInstances, takeAttachments } from './value-reviver.js';

/** Who makes and answers the calls of a link. */
export interface LinkListener {
  /**
   * A post or call. Instances among the arguments are still to be revived: see `reviveInstances`.
   *
   * @param address - the same object for all calls of one function
   */
  onCall(
    kind: CallKind,
    id: number,
    rank: number,
    address: FunctionAddress,
    args: unknown[],
    carried: Carried | null,
  ): void;
  /** The host's loop brings a batch, which is about to be read. */
  onArrival?(): void;
  /** Whether calls may be read now; else `readOn` is called when they may. Default: yes. */
  hasRoom?(): boolean;
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

/** Reads what one other end writes. */
export class BatchReader {
  readonly #listener: LinkListener;
  readonly #attachments: Attachments | null;
  /** Of a flood of calls, those for which there was no room: a call takes less space unread. */
  readonly #unread = new Fifo<Batch>();
  readonly #definitions: FunctionAddress[] = [];
  /** Came before the operation that it belongs to. */
  #carried: Carried | null = null;

  constructor(listener: LinkListener, attachments: Attachments | null) {
    this.#listener = listener;
    this.#attachments = attachments;
  }

  /** Reads a batch, now or when there is room for what is in it. Keeps the order. */
  receive(batch: Batch): void {
    const isFull = this.#unread.length > 0 || this.#listener.hasRoom?.() === false;
    if (isFull && canWait(batch)) {
      this.#unread.push(batch);
      return;
    }
    this.readAll();
    this.#read(batch);
  }

  /** There is room for calls again. */
  readOn(): void {
    while (this.#unread.length > 0 && this.#listener.hasRoom?.() !== false) this.#readNext();
  }

  /** Reads what has come and waits to be read, room or not. */
  readAll(): void {
    while (this.#unread.length > 0) this.#readNext();
  }

  #readNext(): void {
    this.#read(this.#unread.shift() as Batch);
  }

  #read(batch: Batch): void {
    let index = 0;
    while (index < batch.length) {
      const end = index + sizeOfOperation(batch, index);
      this.#dispatch(batch, index, end);
      index = end;
    }
  }

  #dispatch(batch: Batch, index: number, end: number): void {
    const carried = this.#carried;
    this.#carried = null;
    const listener = this.#listener;
    const heading = batch[index] as number;
    const operation = operationOf(heading);
    switch (operation) {
      case Operation.Post:
      case Operation.Call:
      case Operation.Iterate: {
        const args = argumentsOf(batch, index, end);
        if (carried?.revival) takeAttachments(args, carried.revival, this.#attachments);
        const id = batch[index + 1] as number;
        const address = this.#definitions[slotOf(heading)] as FunctionAddress;
        listener.onCall(operation, id, rankOf(heading), address, args, carried);
        break;
      }
      case Operation.Result:
      case Operation.Error:
        this.#onAnswer(operation, answeredId(heading), batch[index + 1], carried);
        break;
      case Operation.Carry:
        this.#carried = batch[index + 1] as Carried;
        break;
      case Operation.Define:
        this.#definitions[batch[index + 1] as number] = {
          url: batch[index + 2] as string,
          name: batch[index + 3] as string,
        };
        break;
      case Operation.Cancel:
        listener.onCancel(batch[index + 1] as number, batch[index + 2] as string | undefined);
        break;
      default:
        listener.onNotice(batch[index + 1] as string, batch[index + 2]);
    }
  }

  #onAnswer(operation: number, id: number, value: unknown, carried: Carried | null): void {
    let content = value;
    if (carried?.revival) {
      const values = [content];
      try {
        takeAttachments(values, carried.revival, this.#attachments);
        reviveInstances(values, carried.revival);
      } catch (error) {
        this.#listener.onError(id, encodeError(error));
        return;
      }
      [content] = values;
    }
    if (operation === Operation.Result) this.#listener.onResult(id, content);
    else this.#listener.onError(id, content as EncodedError);
  }
}

function argumentsOf(batch: Batch, index: number, end: number): unknown[] {
  const start = argumentsStart(batch, index);
  // Of one argument the array is made here, in a fifth of the time.
  return end - start === 1 ? [batch[start]] : batch.slice(start, end);
}
