/**
 * Where errors go that nobody waits for: the last resort of one loop.
 *
 * The default writes one record with `console.error`. Nothing that a handler does can break the
 * loop: a handler that throws is itself reported. Keys and messages are asyncio's.
 */
import { show } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import type { Handle } from './handle.js';
import { writeRecord } from './last-resort.js';
import { registry } from './registry.js';
import { handleDetails } from './slow-callback.js';

/** What is known of an error that nobody waits for. */
export interface ExceptionContext {
  /** What happened, in words. */
  message?: string;
  exception?: unknown;
  /** The handle whose callback threw. */
  handle?: Handle;
  /** In debug mode: the stack of the creation of the handle, future or task. */
  sourceTraceback?: string;
  /** In debug mode, where `sourceTraceback` is not known: that of what the loop runs now. */
  handleTraceback?: string;
  /** The future or task that holds the error. */
  future?: unknown;
  task?: unknown;
  [detail: string]: unknown;
}

/** Hears of errors that nobody waits for. */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** The default handler: one record on standard error. Never throws. */
export function defaultExceptionHandler(context: ExceptionContext): void {
  const { message, exception, ...details } = context;
  const lines = Object.keys(details)
    .sort()
    .map((key) => `${key}: ${describeDetail(key, details[key])}`);
  const headline = [message ?? 'Unhandled exception in event loop', ...lines].join('\n');
  if ('exception' in context) writeRecord(`${headline}\n`, exception);
  else writeRecord(headline);
}

function describeDetail(key: string, value: unknown): string {
  const subject = { sourceTraceback: 'Object', handleTraceback: 'Handle' }[key];
  if (subject === undefined) return show(value, 2);
  return `${subject} created at (most recent call first):\n${String(value)}`;
}

/** Reports to a loop, or to nobody in particular where none runs. Never throws. */
export function reportTo(loop: EventLoop | null, context: ExceptionContext): void {
  if (loop === null) defaultExceptionHandler(context);
  else loop.callExceptionHandler(context);
}

/**
 * Calls the handler that was set, else the default one; a handler of a thread that is blocked when
 * the thread turns again. Never throws.
 */
export function handleException(
  loop: EventLoop,
  handler: ExceptionHandler | null,
  context: ExceptionContext,
): void {
  // Added to the very object, as asyncio does: its caller may look at it afterwards.
  const isSilent = context.sourceTraceback === undefined && Object.isExtensible(context);
  if (isSilent) Object.assign(context, handleDetails());
  if (handler === null) defaultExceptionHandler(context);
  // It is user code, which has no place in the frame that blocks the thread.
  else if (registry.isBlocked) registry.deferred.push(() => callHandler(loop, handler, context));
  else callHandler(loop, handler, context);
}

function callHandler(loop: EventLoop, handler: ExceptionHandler, context: ExceptionContext): void {
  try {
    handler(loop, context);
  } catch (exception) {
    defaultExceptionHandler({
      message: 'Unhandled error in exception handler',
      exception,
      context,
    });
  }
}
