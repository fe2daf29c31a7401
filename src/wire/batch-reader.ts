/**
 * The reading half of one end of a link: turns batches into calls.
 *
 * What stays on the other side (a callback, a stream) is taken as soon as it is read. Instances in
 * answers are made here; those in arguments by whoever runs the call, once it can.
 */
import { encodeError } from './error-codec.js';
import type { EncodedError } from './error-codec.js';
import { argumentsOffset, Operation, sizeOfOperation } from './message.js';
import type { Batch, CallHeading, Carried, FunctionAddress } from './message.js';
import type { Attachments } from './special-values.js';
import { reviveInstances, takeAttachments } from './value-reviver.js';

/** What arrives of a post or a call. */
type ReadCall = [
  heading: CallHeading,
  address: FunctionAddress,
  args: unknown[],
  carried: Carried | null,
];

/** Who makes and answers the calls of a link. */
export interface LinkListener {
  onPost(...call: ReadCall): void;
  /** Instances among the arguments are still to be revived: see `reviveInstances`. */
  onCall(...call: ReadCall): void;
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
  readonly #definitions: FunctionAddress[] = [];
  /** Came before the operation that it belongs to. */
  #carried: Carried | null = null;

  constructor(listener: LinkListener, attachments: Attachments | null) {
    this.#listener = listener;
    this.#attachments = attachments;
  }

  read(batch: Batch): void {
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
    const id = batch[index + 1] as number;
    switch (batch[index]) {
      case Operation.Carry:
        this.#carried = batch[index + 1] as Carried;
        break;
      case Operation.Define:
        this.#definitions[id] = {
          url: batch[index + 2] as string,
          name: batch[index + 3] as string,
        };
        break;
      case Operation.Post:
      case Operation.Call:
      case Operation.Iterate: {
        const args = batch.slice(index + argumentsOffset, end);
        if (carried?.revival) takeAttachments(args, carried.revival, this.#attachments);
        const address = this.#addressAt(batch, index);
        const heading = headingAt(batch, index);
        if (batch[index] === Operation.Post) listener.onPost(heading, address, args, carried);
        else listener.onCall(heading, address, args, carried);
        break;
      }
      case Operation.Cancel:
        listener.onCancel(id, batch[index + 2] as string | undefined);
        break;
      case Operation.Result:
      case Operation.Error:
        this.#onAnswer(batch, index, carried);
        break;
      default:
        listener.onNotice(batch[index + 1] as string, batch[index + 2]);
    }
  }

  #onAnswer(batch: Batch, index: number, carried: Carried | null): void {
    const id = batch[index + 1] as number;
    let content = batch[index + 2];
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
    if (batch[index] === Operation.Result) this.#listener.onResult(id, content);
    else this.#listener.onError(id, content as EncodedError);
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
    isIterated: batch[index] === Operation.Iterate,
  };
}
