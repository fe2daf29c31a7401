/**
 * Frames of stacks, read from the text that JavaScript gives.
 *
 * From the text and not from `CallSite` objects, since only the text went through source maps: a
 * frame of TypeScript code names the line that its author knows. Frames of this package and of
 * Node's inside are left out.
 */
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { isOwnCode } from './own-code.js';

/** What kind of function a frame belongs to. */
export type FrameKind = 'coroutine' | 'async function' | 'async generator' | 'function';

/** One function on a stack. Plain: can be sent to another thread, or printed as JSON. */
export interface StackFrame {
  /** As JavaScript tells it, such as `Crawler.visit`; `<anonymous>` where it has no name. */
  readonly functionName: string;
  /** A path, or a URL that is no file; `null` where no position can be had. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
  readonly kind: FrameKind;
}

const frameLine = /^\s*at (?:(?<name>.*) \()?(?<location>.+?):(?<line>\d+):(?<column>\d+)\)?$/;
/** How a generator that is resumed shows: behind its own frame. */
const resumption = /^\s*at .*\.(?:next|throw|return) \(<anonymous>\)$/;
const insideNode = /^node:(?:internal\/|async_hooks$)/;

/**
 * Reads a stack, innermost frame first. Frames of this package are left out, unless there are no
 * others.
 *
 * @param until - the name of the function of ours at which the stack ends
 */
export function parseStack(text: string, until: string): StackFrame[] {
  const theirs: StackFrame[] = [];
  const ours: StackFrame[] = [];
  let frames = theirs;
  for (const line of text.split('\n')) {
    const frame = parseFrame(line);
    if (frame === null) {
      if (resumption.test(line)) markAsCoroutine(frames);
      continue;
    }
    const isOurs = frame.file !== null && isOwnCode(frame.file);
    if (isOurs && frame.functionName.endsWith(until)) break;
    frames = isOurs ? ours : theirs;
    // An iterator's `next` is the end of a wait of ours, and no step of anybody's.
    if (!isOurs || !frame.functionName.endsWith('.next')) frames.push(frame);
  }
  return theirs.length > 0 ? theirs : ours;
}

function parseFrame(line: string): StackFrame | null {
  const groups = frameLine.exec(line)?.groups;
  if (groups === undefined) return null;
  const { name = '', location = '' } = groups;
  const isAsync = (name === '' ? location : name).startsWith('async ');
  const file = pathOf(location.replace(/^async /, ''));
  if (insideNode.test(file) || file.includes('<anonymous>')) return null;
  return {
    functionName: name.replace(/^async /, '') || '<anonymous>',
    file,
    line: Number(groups['line']),
    column: Number(groups['column']),
    kind: isAsync ? 'async function' : 'function',
  };
}

function pathOf(location: string): string {
  if (!location.startsWith('file:')) return location;
  try {
    return fileURLToPath(location);
  } catch {
    return location;
  }
}

function markAsCoroutine(frames: StackFrame[]): void {
  const last = frames.pop();
  if (last !== undefined) frames.push({ ...last, kind: 'coroutine' });
}

const tags: Readonly<Record<FrameKind, string>> = {
  coroutine: 'async ',
  'async function': 'async ',
  'async generator': 'async generator ',
  function: '',
};

/** A frame as asyncio prints it: `File '…', line 3, in async visit()`. */
export function formatFrame({ functionName, file, line, kind }: StackFrame): string {
  if (file === null) return `${kind} ${functionName}`;
  return `File ${inspect(file)}, line ${line}, in ${tags[kind]}${functionName}()`;
}
