/**
 * The answer to one input: a line of JSON, `{"input","value"|"error","ms","loop"}`.
 *
 * The line is put together from JSON texts that exist already: neither the input nor the value is
 * turned into text a second time on the main thread.
 */
import type { Input } from './inputs.js';
import type { Outcome } from './outcome.js';

/** Milliseconds keep three digits: Node's clock tells no more in a useful way. */
const msDigits = 3;

/** The whole line of an answer, with its line ending. */
export function formatAnswer(input: Input, outcome: Outcome, loop: string): string {
  const key = outcome.isError ? 'error' : 'value';
  const ms = Number(outcome.ms.toFixed(msDigits));
  const where = JSON.stringify(loop);
  return `{"input":${input.json},"${key}":${outcome.json},"ms":${ms},"loop":${where}}\n`;
}

/** What can be told of an answer that was read back. */
export interface ReadAnswer {
  /** JSON text of the input. */
  readonly inputJson: string;
  readonly isError: boolean;
}

/** Reads a line that `formatAnswer` wrote; `undefined` when the line is no answer. */
export function readAnswer(line: string): ReadAnswer | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { input, ms, loop } = answer as Record<string, unknown>;
  const isError = 'error' in answer;
  const isAnswer =
    input !== undefined &&
    typeof ms === 'number' &&
    typeof loop === 'string' &&
    'value' in answer !== isError;
  return isAnswer ? { inputJson: JSON.stringify(input), isError } : undefined;
}
