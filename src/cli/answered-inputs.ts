/**
 * The inputs that an earlier run has answered: what `--resume` skips.
 *
 * Inputs are told apart by their JSON text and counted: an input that is given three times needs
 * three answers. Long texts are kept as their digest, so memory is bounded by the number of answers
 * and not by their size.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readAnswer } from './answer.js';
import type { Input, InputSource } from './inputs.js';
import { LineSplitter } from './line-splitter.js';
import { UsageError } from './usage-error.js';

/** Longer texts are replaced by a digest of 44 characters. */
const maxKeyChars = 64;

/** What an output file says about an earlier run. */
export interface EarlierRun {
  readonly answered: AnsweredInputs;
  /** Answers that are errors. */
  readonly failedCount: number;
  /** Length of the file up to the end of its last whole line: what follows is a torn line. */
  readonly wholeBytes: number;
}

/** A multiset of inputs. */
export class AnsweredInputs {
  readonly #counts = new Map<string, number>();
  #count = 0;

  /** Answers that no input has claimed yet. */
  get count(): number {
    return this.#count;
  }

  /** Notes an answer, by the JSON text of its input. */
  add(json: string): void {
    const key = toKey(json);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#count += 1;
  }

  /** Claims one answer for an input; `false` when there is none left. */
  claim(json: string): boolean {
    const key = toKey(json);
    const count = this.#counts.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    this.#count -= 1;
    return true;
  }
}

/**
 * Reads the answers in an output file.
 *
 * @throws UsageError when a whole line is not an answer, with its number
 */
export async function readAnswers(path: string): Promise<EarlierRun> {
  const answered = new AnsweredInputs();
  const splitter = new LineSplitter(path);
  let lineNumber = 0;
  let totalBytes = 0;
  let failedCount = 0;
  for await (const chunk of createReadStream(path)) {
    totalBytes += (chunk as Buffer).length;
    for (const line of splitter.push(chunk as Buffer)) {
      lineNumber += 1;
      const answer = readAnswer(line);
      if (answer === undefined) {
        throw new UsageError(
          `${path}:${lineNumber}: no answer of an earlier run: ${shorten(line)}; ` +
            `give --out the file of the run to resume, or leave out --resume to overwrite it`,
        );
      }
      answered.add(answer.inputJson);
      if (answer.isError) failedCount += 1;
    }
  }
  return { answered, failedCount, wholeBytes: totalBytes - splitter.partialBytes };
}

/** The inputs of a source that have no answer yet; `onSkip` hears how many others there were. */
export function withoutAnswered(
  source: InputSource,
  answered: AnsweredInputs,
  onSkip: (count: number) => void,
): InputSource {
  return {
    total: source.total,
    async *batches(): AsyncGenerator<readonly Input[]> {
      for await (const batch of source.batches()) {
        const open = batch.filter((input) => !answered.claim(input.json));
        if (open.length < batch.length) onSkip(batch.length - open.length);
        if (open.length > 0) yield open;
      }
    },
    close: () => source.close(),
  };
}

function toKey(json: string): string {
  // A digest never begins like a JSON text, so the two cannot be taken for one another.
  if (json.length <= maxKeyChars) return json;
  return `#${createHash('sha256').update(json).digest('base64')}`;
}

function shorten(line: string): string {
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
