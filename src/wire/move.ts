/**
 * Values that are moved to another thread instead of copied: marked here, where the code that has
 * them says so, and found again when the message leaves.
 */
import { isArrayBuffer } from 'node:util/types';
import * as workerThreads from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import { isContainer, partsOf } from './containers.js';
import { isOfMovableKind } from './movable-kinds.js';

const marked = new WeakSet<object>();
let isUsed = false;

/**
 * Marks a value to be moved to the other thread, with all that can be moved in it: the memory of
 * ArrayBuffers and typed arrays, MessagePorts, streams, Node's FileHandles. It may be an argument,
 * a result, or any part of one. The mark holds for one message. When that has left, before the
 * call returns, the value cannot be used here any more; a result leaves as soon as it is returned.
 *
 * A typed array takes its whole buffer with it. Node's pooled Buffers and SharedArrayBuffers are
 * never moved: the former are copied, the latter shared.
 *
 * @returns the value itself
 *
 * @example
 * await loop.runCoroutineThreadsafe(tasks.blur, move(pixels));
 */
export function move<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    isUsed = true;
    marked.add(value);
  }
  return value;
}

/** Whether `move` was ever called in this thread. */
export function hasMoved(): boolean {
  return isUsed;
}

/** Whether `move` marked the value, and no message has taken it along yet. */
export function isMarkedToMove(value: object): boolean {
  return marked.has(value);
}

/** Takes the mark off, and adds what has to be transferred to the list. */
export function takeMarked(value: object, list: Set<Transferable>): void {
  marked.delete(value);
  if (!isContainer(value) && !addKnown(value, list)) {
    // Whatever it is, Node knows whether it can be transferred.
    list.add(value as Transferable);
  }
  collect(value, list);
}

/** Goes through containers one by one, not by recursion: they may be deep. */
function collect(root: object, list: Set<Transferable>): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (!isContainer(value)) addKnown(value, list);
    else for (const part of partsOf(value)) waiting.push(part);
  }
}

/** Adds a value, or what it stands on, if it is of a kind that is known to be transferable. */
function addKnown(value: object, list: Set<Transferable>): boolean {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (isArrayBuffer(memory)) {
    if (!isPooled(memory)) list.add(memory);
    return true;
  }
  // A view of shared memory.
  if (memory !== value) return true;
  const isKnown = isOfMovableKind(value);
  if (isKnown) list.add(value as Transferable);
  return isKnown;
}

interface MaybeNewer {
  readonly isMarkedAsUntransferable?: (value: object) => boolean;
}

/** Since Node 21 an untransferable buffer in the list is an error; before, it is copied. */
function isPooled(memory: ArrayBuffer): boolean {
  const { isMarkedAsUntransferable } = workerThreads as MaybeNewer;
  return isMarkedAsUntransferable?.(memory) ?? false;
}
