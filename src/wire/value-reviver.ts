/**
 * Makes special values again, where they arrive: the other half of `value-encoder.ts`.
 *
 * In two steps. Attachments (callbacks, streams) are taken as soon as the message is read, so that
 * what was given out to this thread is known here, whatever becomes of the message. Instances are
 * made when they are needed: for arguments, after the module of the called function has loaded,
 * which is what registers its classes.
 */
import { isMap } from 'node:util/types';
import { UnregisteredClassError, show } from '../errors.js';
import { setOwn } from './containers.js';
import { decodeError } from './error-codec.js';
import type { EncodedError } from './error-codec.js';
import { registeredAs } from './registered-classes.js';
import { Part } from './revival.js';
import type { Revival } from './revival.js';
import type { Attachments } from './special-values.js';

/** Puts what stands for the attachments of a message into their places. */
export function takeAttachments(
  values: unknown[],
  { parts, places }: Revival,
  attachments: Attachments | null,
): void {
  const taken = new Map<number, unknown>();
  for (let index = 0; index < parts.length; index += 3) {
    if (parts[index] === Part.Attachment) {
      taken.set(index / 3, attachments?.take(parts[index + 2]));
    }
  }
  if (taken.size === 0) return;
  for (let index = 0; index < places.length; index += 3) {
    const number = places[index] as number;
    if (taken.has(number)) put(taken.get(number), values, places, index);
  }
}

/**
 * Makes the instances of a message, and puts them into their places.
 *
 * @throws UnregisteredClassError; what a decoder throws
 */
export function reviveInstances(values: unknown[], { parts, places }: Revival): void {
  let cursor = 0;
  for (let index = 0; index < parts.length; index += 3) {
    const number = index / 3;
    const kind = parts[index];
    const made = kind === Part.Attachment ? null : revive(kind, parts[index + 1], parts[index + 2]);
    for (; places[cursor] === number; cursor += 3) {
      if (kind !== Part.Attachment) put(made, values, places, cursor);
    }
  }
}

function put(value: unknown, values: unknown[], places: unknown[], index: number): void {
  const holder = (places[index + 1] as object | null) ?? values;
  setOwn(holder, places[index + 2] as string | number, value);
}

function revive(kind: unknown, subject: unknown, data: unknown): unknown {
  if (kind === Part.Filled) {
    fill(subject as Map<unknown, unknown> | Set<unknown>, data as unknown[]);
    return subject;
  }
  const [content] = data as unknown[];
  if (kind === Part.Error) return decodeError(content as EncodedError);
  const registered = registeredAs(subject as string);
  if (registered !== undefined) return registered.decode(content);
  throw new UnregisteredClassError(
    `No class is registered as ${show(subject)} in this thread: call registerClass() in a ` +
      'module that both threads load',
  );
}

function fill(container: Map<unknown, unknown> | Set<unknown>, contents: unknown[]): void {
  if (isMap(container)) {
    for (let index = 0; index < contents.length; index += 2) {
      container.set(contents[index], contents[index + 1]);
    }
    return;
  }
  for (const value of contents) container.add(value);
}
