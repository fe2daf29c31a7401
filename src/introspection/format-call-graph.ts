/**
 * Call graphs as text, in asyncio's form. After its `format_call_graph` and `print_call_graph`.
 *
 * A future, its stack below it, and below that all that wait for it, each a step further in: see
 * `indent.ts` for what becomes of very long chains.
 */
import { inspect } from 'node:util';
import type { Future } from '../loop/future.js';
import { formatFrame } from '../loop/stack-frame.js';
import { Task } from '../loop/task.js';
import { captureCallGraph } from './call-graph.js';
import type { CallGraphOptions, FutureCallGraph } from './call-graph.js';
import { idOf, toHex } from './identity.js';
import { Indent } from './indent.js';

/** Options of `printCallGraph`. */
export interface PrintCallGraphOptions extends CallGraphOptions {
  /** Takes the text, in one call, without a newline at its end. Default: to standard output. */
  readonly write?: (text: string) => unknown;
}

/**
 * The call graph of a future as text, by default of the task that calls; empty outside a task.
 * Lines that stand more than 60 steps in tell so in words, `(3 further in)`.
 *
 * @throws as `captureCallGraph`
 */
export function formatCallGraph(
  future: Future<unknown> | null = null,
  options: CallGraphOptions = {},
): string {
  const graph = captureCallGraph(future, options);
  return graph === null ? '' : linesOf(graph).join('\n');
}

/**
 * Prints what `formatCallGraph` gives.
 *
 * @throws as `captureCallGraph`
 */
export function printCallGraph(
  future: Future<unknown> | null = null,
  { write = writeToStdout, ...options }: PrintCallGraphOptions = {},
): void {
  write(formatCallGraph(future, options));
}

function linesOf(root: FutureCallGraph): string[] {
  const lines: string[] = [];
  const ahead = [{ graph: root, indent: new Indent() }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { graph, indent } = next;
    const start = indent.toString();
    for (const line of linesOfOne(graph)) lines.push(start + line);
    const inside = indent.stepIn('    ');
    for (const each of graph.awaitedBy.toReversed()) ahead.push({ graph: each, indent: inside });
  }
  return lines;
}

function* linesOfOne({ future, callStack, awaitedBy }: FutureCallGraph): Generator<string> {
  const id = `id=${toHex(idOf(future))}`;
  if (future instanceof Task) yield `* Task(name=${inspect(future.getName())}, ${id})`;
  else yield `* Future(${id})`;
  if (callStack.length > 0) yield '  + Call stack:';
  for (const frame of callStack) yield `  |   ${formatFrame(frame)}`;
  if (awaitedBy.length > 0) yield '  + Awaited by:';
}

function writeToStdout(text: string): void {
  process.stdout.write(`${text}\n`);
}
