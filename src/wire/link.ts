/**
 * One end of the link between two threads: turns calls into batches and batches into calls.
 *
 * Messages gather in an outbox and leave together, in a microtask or as soon as there are enough.
 * They arrive in order. A message that cannot be cloned fails alone. Knows nothing of loops.
 */
import type { Transferable } from 'node:worker_threads';
import { inMicrotask } from '../queues/microtask.js';
import { BatchReader } from './batch-reader.js';
import type { LinkListener } from './batch-reader.js';
import type { CarriedContext } from './carried-context.js';
import { encodeError } from './error-codec.js';
import type { EncodedError } from './error-codec.js';
import { FunctionSlots } from './function-slots.js';
import {
  answeredId,
  answerHeading,
  appendCall,
  callHeading,
  callStart,
  Operation,
  operationOf,
  operationsOf,
} from './message.js';
import type { Batch, CallExtras, CallKind, Carried, FunctionAddress } from './message.js';
import { isDetached } from './not-cloneable.js';
import type { Port } from './port.js';
import { holdSpecial, isObject } from './special-values.js';
import type { Attachments } from './special-values.js';
import { notMovable, unsendable } from './unsendable.js';
import { encodeValues, takeBackAttachments } from './value-encoder.js';
import type { EncodedValues, EncodeOptions } from './value-encoder.js';

export type { LinkListener } from './batch-reader.js';

/** How a message with special values is made, and what becomes of it if it cannot be. */
interface Special extends EncodeOptions {
  readonly context?: CarriedContext | undefined;
  readonly fail: (error: Error) => void;
}

/** An outbox of so many operations is sent at once. Measured: more gains nothing any more. */
const maxBatchOperations = 256;

/** So many batches are read before Node gets the thread back: about a full slice of calls. */
const maxBatchesPerDrain = 32;

/** One end of a link. */
export class Link {
  readonly reader: BatchReader;
  readonly #port: Port;
  readonly #listener: LinkListener;
  #outbox: Batch = [];
  #outboxCount = 0;
  readonly #slots = new FunctionSlots((slot, { url, name }) => {
    this.#outbox.push(Operation.Define, slot, url, name);
  });
  readonly #attachments: Attachments | null;
  readonly #onTraffic: (length: number) => void;

  /**
   * @param attachments - for values that stay in their thread; `null` where none can
   * @param onTraffic - called when a batch was sent, or has come and been read; with its length
   */
  constructor(
    port: Port,
    listener: LinkListener,
    attachments: Attachments | null = null,
    onTraffic: (length: number) => void = () => undefined,
  ) {
    this.#port = port;
    this.#onTraffic = onTraffic;
    this.#listener = listener;
    this.#attachments = attachments;
    this.reader = new BatchReader(listener, attachments);
    port.listen({
      onBatch: (batch) => {
        listener.onArrival?.();
        this.reader.receive(batch);
        this.drain();
        onTraffic(batch.length);
      },
      onUnreadable: (error) => listener.onUnreadable(error),
      onClose: () => {
        this.reader.readAll();
        listener.onClosed();
      },
    });
  }

  /** How many operations wait in the outbox. */
  get outboxCount(): number {
    return this.#outboxCount;
  }

  /**
   * Sends a post or call.
   *
   * @returns whether the arguments can be sent once more, to another thread
   */
  call(
    kind: CallKind,
    id: number,
    rank: number,
    address: FunctionAddress,
    args: readonly unknown[],
    extras: CallExtras | null = null,
  ): boolean {
    const heading = callHeading(kind, this.#slots.of(address), rank, args.length);
    if (extras !== null || holdSpecial(args, this.#attachments, 'argument')) {
      return this.#callWith(heading, id, address, args, extras ?? {});
    }
    appendCall(this.#outbox, heading, id, args);
    this.#added();
    return true;
  }

  cancel(id: number, message: string | undefined): void {
    this.#outbox.push(Operation.Cancel, id, message);
    this.#added();
  }

  answerResult(id: number, value: unknown): void {
    if (isObject(value) && holdSpecial([value], this.#attachments, 'result')) {
      this.#addSpecial([answerHeading(Operation.Result, id)], [value], {
        role: 'result',
        attachments: this.#attachments,
        describe: () => 'the result',
        fail: (error) => this.answerError(id, error),
      });
      return;
    }
    this.#outbox.push(answerHeading(Operation.Result, id), value);
    this.#added();
  }

  answerError(id: number, thrown: unknown): void {
    const encoded = encodeError(thrown);
    if (holdSpecial([encoded], null, 'result')) {
      this.#addSpecial([answerHeading(Operation.Error, id)], [encoded], {
        role: 'result',
        attachments: null,
        describe: () => 'the error',
        fail: (error) => this.#addError(id, encodeError(error)),
      });
      return;
    }
    this.#addError(id, encoded);
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
      this.#onTraffic(batch.length);
    } catch {
      this.#sendOneByOne(batch);
    }
  }

  /** Reads what has arrived by now, at most so many batches. */
  drain(maxBatches: number = maxBatchesPerDrain): void {
    for (let count = 0; count < maxBatches; count += 1) {
      const batch = this.#port.take();
      if (batch === undefined) return;
      this.reader.receive(batch);
    }
  }

  /** Whether the other side is gone: for a blocked thread, which no event reaches. */
  hasHungUp(): boolean {
    // An empty batch says nothing, and asks whether anybody is there.
    return !this.#port.post([], []);
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

  #callWith(
    heading: number,
    id: number,
    address: FunctionAddress,
    args: readonly unknown[],
    { transferList = [], context }: CallExtras,
  ): boolean {
    const attachments = this.#attachments;
    const start = callStart(heading, id, args.length);
    if (transferList.length > 0 || holdSpecial(args, attachments, 'argument')) {
      const options = { role: 'argument', attachments, transferList, context } as const;
      return this.#addSpecial(start, args, {
        ...options,
        describe: (index) => `argument ${index + 1} of ${address.name}()`,
        // The caller has not seen the call yet: it hears of this as of any other failure.
        fail: (error) => queueMicrotask(() => this.#listener.onUnsendable(id, error)),
      });
    }
    if (context !== undefined) this.#outbox.push(Operation.Carry, { context } satisfies Carried);
    this.#outbox.push(...start, ...args);
    this.#added();
    return true;
  }

  #addError(id: number, encoded: EncodedError): void {
    this.#outbox.push(answerHeading(Operation.Error, id), encoded);
    this.#added();
  }

  /**
   * What moves something leaves at once, alone: no other message shares what it moves.
   *
   * @returns whether the values can be sent once more
   */
  #addSpecial(heading: readonly unknown[], values: readonly unknown[], options: Special): boolean {
    let encoded: EncodedValues;
    try {
      encoded = encodeValues(values, options);
    } catch (error) {
      options.fail(error as Error);
      return false;
    }
    const { revival, transferList, isRepeatable } = encoded;
    const message = [...heading, ...encoded.values];
    const { context } = options;
    if (revival !== null || context !== undefined) {
      const carried: Carried = { ...(revival && { revival }), ...(context && { context }) };
      message.unshift(Operation.Carry, carried);
    }
    if (transferList.length === 0) {
      this.#outbox.push(...message);
      this.#added();
      return isRepeatable;
    }
    this.flush();
    try {
      // Some versions of Node take such a buffer, and an empty one arrives.
      if (transferList.some(isDetached)) throw new TypeError('an ArrayBuffer is detached');
      this.#port.post(message, transferList);
    } catch (cause) {
      takeBackAttachments(revival?.parts ?? [], this.#attachments);
      options.fail(notMovable(encoded, options.describe, cause));
    }
    return false;
  }

  #added(): void {
    this.#outboxCount += 1;
    if (this.#outboxCount === 1) inMicrotask(this.#flushLater);
    else if (this.#outboxCount >= maxBatchOperations) this.flush();
  }

  readonly #flushLater = (): void => this.flush();

  #sendOneByOne(batch: Batch): void {
    for (const { whole, operation, carried } of operationsOf(batch)) {
      try {
        this.#port.post(whole, []);
      } catch (cause) {
        this.#failUnsendable(operation, carried, cause);
      }
    }
  }

  #failUnsendable(operation: Batch, carried: Carried | null, cause: unknown): void {
    takeBackAttachments(carried?.revival?.parts ?? [], this.#attachments);
    const error = unsendable(operation, carried, cause, (slot) => this.#slots.nameOf(slot));
    const heading = operation[0] as number;
    const kind = operationOf(heading);
    if (kind === Operation.Result || kind === Operation.Error) {
      this.#addError(answeredId(heading), encodeError(error));
    } else this.#listener.onUnsendable(operation[1] as number, error);
  }
}
