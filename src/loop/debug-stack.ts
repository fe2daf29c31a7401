/**
 * Debug mode's memory of where things were created: handles, futures and tasks.
 *
 * Kept beside the objects, so that nothing costs anything outside debug mode. After the source
 * tracebacks of asyncio's debug mode.
 */
import { fileURLToPath } from 'node:url';

/** As many frames as asyncio keeps: `DEBUG_STACK_DEPTH`. */
const keptFrameCount = 10;

/** Frames of this package between the user's code and the capture; a guess, safe to change. */
const ownFrameCount = 15;

/** Where this package lies: its own frames tell the user nothing. */
const ownFolder = new URL('../', import.meta.url).href;

const stacks = new WeakMap<object, string>();

/** Remembers the stack of the caller as that of the object's creation. */
export function noteCreation(object: object): void {
  const limitBefore = Error.stackTraceLimit;
  Error.stackTraceLimit = keptFrameCount + ownFrameCount;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, noteCreation);
  Error.stackTraceLimit = limitBefore;
  const frames = holder.stack?.split('\n').slice(1).filter(isOfUser) ?? [];
  stacks.set(object, frames.slice(0, keptFrameCount).join('\n'));
}

/** ` created at file:line` for how the object prints; empty where nothing is known. */
export function describeCreation(object: object): string {
  const place = /(?<file>[^\s(]+):(?<line>\d+):\d+\)?$/m.exec(stacks.get(object) ?? '')?.groups;
  if (place === undefined) return '';
  const file = place['file'] ?? '';
  return ` created at ${file.startsWith('file:') ? fileURLToPath(file) : file}:${place['line']}`;
}

/** For reports: the stack of the object's creation, where it is known. */
export function creationDetails(object: object): { readonly sourceTraceback?: string } {
  const sourceTraceback = stacks.get(object);
  return sourceTraceback === undefined ? {} : { sourceTraceback };
}

function isOfUser(frame: string): boolean {
  return !frame.includes(ownFolder) && !frame.includes('node:');
}
