/**
 * Takes apart what structured clone would lose or refuse: registered instances and errors,
 * callbacks, streams; and lists what has to be transferred.
 *
 * The user's objects are never changed: containers on the way are copied. In place of a special
 * value stands `null`; the **revival** that travels with the message says what belongs there. Its
 * places are not paths but the containers themselves: all of a message is one structured clone, so
 * they arrive as the very containers that the values hold. Cycles and shared references survive.
 */
import { isMap, isSet } from 'node:util/types';
import type { Transferable } from 'node:worker_threads';
import { NotCloneableError, show } from '../errors.js';
import { isContainer, setOwn } from './containers.js';
import type { Container } from './containers.js';
import { encodeError } from './error-codec.js';
import { isMarkedToMove, takeMarked } from './move.js';
import type { RegisteredClass } from './registered-classes.js';
import { Part } from './revival.js';
import type { Revival } from './revival.js';
import { isErrorOfRegisteredClass, registrationOf } from './special-values.js';
import type { Attachments, Role } from './special-values.js';

/** Values that can be copied. */
export interface EncodedValues {
  readonly values: readonly unknown[];
  /** `null` when the values are complete as they are. */
  readonly revival: Revival | null;
  readonly transferList: readonly Transferable[];
  /** Whether they can be sent once more: nothing is moved, and nothing is read only once. */
  readonly isRepeatable: boolean;
}

/**
 * Deeper than this, values with special ones inside are refused. Structured clone itself ends
 * with an error some thousands deep.
 */
const maxDepth = 1_000;

/** Of what the values of a message are taken apart. */
export interface EncodeOptions {
  /** What may stay here, and travel as an address. */
  readonly attachments: Attachments | null;
  readonly role: Role;
  /** What is transferred besides what `move` has marked. */
  readonly transferList?: readonly Transferable[];
  /** A value in words, for errors: `argument 2 of crawl()`. */
  readonly describe: (index: number) => string;
}

/**
 * Takes the values of a message apart.
 *
 * @throws NotCloneableError when an encoder throws, when values are too deep, or an instance holds
 *   itself
 */
export function encodeValues(values: readonly unknown[], options: EncodeOptions): EncodedValues {
  return new Encoder(options).encode(values);
}

/** For messages that could not be sent: nothing of them is kept for the other thread. */
export function takeBackAttachments(
  parts: readonly unknown[],
  attachments: Attachments | null,
): void {
  for (let index = 0; index < parts.length; index += 3) {
    if (parts[index] === Part.Attachment) attachments?.takeBack(parts[index + 2]);
  }
}

class Encoder {
  readonly #attachments: Attachments | null;
  readonly #role: Role;
  readonly #describe: (index: number) => string;
  readonly #transferList: Set<Transferable>;
  readonly #parts: unknown[] = [];
  /** Holder and key of each place, by part. */
  readonly #places: [holder: object | null, key: unknown][][] = [];
  /** Numbers of parts; `null` while it is being taken apart. */
  readonly #numbers = new Map<object, number | null>();
  readonly #copies = new Map<object, object>();
  #depth = 0;
  #hasStream = false;

  constructor({ attachments, role, transferList = [], describe }: EncodeOptions) {
    this.#attachments = attachments;
    this.#role = role;
    this.#describe = describe;
    this.#transferList = new Set(transferList);
  }

  encode(values: readonly unknown[]): EncodedValues {
    const encoded = values.map((value, index) => {
      try {
        if (this.#isStream(value)) {
          this.#hasStream = true;
          return this.#placed(value, Part.Attachment, null, index);
        }
        return this.#stand(value, null, index);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : show(cause);
        const text = `${this.#describe(index)} cannot be copied to another thread: ${reason}`;
        takeBackAttachments(this.#parts, this.#attachments);
        throw new NotCloneableError(text, { cause });
      }
    });
    const transferList = [...this.#transferList];
    const isRepeatable = transferList.length === 0 && !this.#hasStream;
    if (this.#parts.length === 0) return { values, revival: null, transferList, isRepeatable };
    const places = this.#places.flatMap((ofPart, number) =>
      ofPart.flatMap(([holder, key]) => [number, holder, key]),
    );
    const revival = { parts: this.#parts, places };
    return { values: encoded, revival, transferList, isRepeatable };
  }

  #isStream(value: unknown): value is object {
    if (typeof value !== 'object' || value === null || isMarkedToMove(value)) return false;
    if (this.#transferList.has(value as Transferable)) return false;
    return registrationOf(value) === null && this.#attachments?.isWhole(value, this.#role) === true;
  }

  /** What stands for a value at that place. */
  #stand(value: unknown, holder: object | null, key: unknown): unknown {
    if (typeof value === 'function') {
      if (this.#attachments?.isAttachment(value) !== true) return value;
      return this.#placed(value, Part.Attachment, holder, key);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (isMarkedToMove(value)) takeMarked(value, this.#transferList);
    if (this.#numbers.has(value) || registrationOf(value) !== null) {
      return this.#placed(value, Part.Instance, holder, key);
    }
    if (isErrorOfRegisteredClass(value)) return this.#placed(value, Part.Error, holder, key);
    if (isContainer(value) && !this.#transferList.has(value as never)) return this.#copy(value);
    return value;
  }

  /** `null`, which stands at that place until the part is made again. */
  #placed(value: object, kind: number, holder: object | null, key: unknown): null {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      this.#numbers.set(value, null);
      number = this.#takeApart(value, kind);
      this.#numbers.set(value, number);
    }
    if (number === null) {
      throw new NotCloneableError(`${show(value)}, encoded, holds itself`);
    }
    (this.#places[number] as unknown[]).push([holder, key]);
    return null;
  }

  #takeApart(value: object, kind: number): number {
    if (kind === Part.Attachment) return this.#add(kind, null, this.#attachments?.give(value));
    this.#descend();
    // The data has no holder of its own to be put back into: a list of one serves as such.
    const data: unknown[] = [];
    let name: string | null = null;
    if (kind === Part.Error) {
      data[0] = this.#stand(encodeError(value), data, 0);
    } else {
      const registered = registrationOf(value) as RegisteredClass;
      ({ name } = registered);
      data[0] = this.#stand(registered.encode(value), data, 0);
    }
    this.#depth -= 1;
    return this.#add(kind, name, data);
  }

  #add(kind: number, subject: unknown, data: unknown): number {
    this.#parts.push(kind, subject, data);
    this.#places.push([]);
    return this.#places.length - 1;
  }

  #copy(container: Container): object {
    const known = this.#copies.get(container);
    if (known !== undefined) return known;
    this.#descend();
    const copy = this.#copyParts(container);
    this.#depth -= 1;
    return copy;
  }

  #copyParts(container: Container): object {
    if (isMap(container)) {
      return this.#copyFilled(container, new Map(), [...container].flat());
    }
    if (isSet(container)) return this.#copyFilled(container, new Set(), [...container]);
    const copy: object = Array.isArray(container) ? Array(container.length) : {};
    this.#copies.set(container, copy);
    for (const key of Object.keys(container)) {
      const value = (container as Record<string, unknown>)[key];
      setOwn(copy, key, this.#stand(value, copy, key));
    }
    return copy;
  }

  /** Of Maps and Sets the contents travel as a list, since a place in them has no name. */
  #copyFilled(container: object, empty: object, contents: readonly unknown[]): object {
    this.#copies.set(container, empty);
    const list: unknown[] = [];
    for (const [index, value] of contents.entries()) list[index] = this.#stand(value, list, index);
    this.#add(Part.Filled, empty, list);
    return empty;
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth <= maxDepth) return;
    throw new NotCloneableError(`it is more than ${maxDepth} deep`);
  }
}
