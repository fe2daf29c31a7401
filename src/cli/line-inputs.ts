/**
 * Lines as inputs: `--lines FILE`, or `-` for standard input; with `--json` each line is parsed.
 *
 * A regular file is read twice. The first time nothing runs yet: it finds the line that is not JSON
 * before any work is done or any output overwritten, and it gives the number of inputs. A pipe or a
 * terminal can be read only once; there a bad line ends the run where it stands.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { batchCount, toInput } from './inputs.js';
import type { Input, InputSource } from './inputs.js';
import { LineSplitter } from './line-splitter.js';
import { systemReason } from './system-error.js';
import { UsageError } from './usage-error.js';

/** How lines become inputs. */
export interface LineOptions {
  /** Each line holds one JSON value; empty lines hold none. Otherwise a line is a string. */
  readonly isJson: boolean;
}

/**
 * Lines of a file. Looks through a regular file first.
 *
 * @throws UsageError when the file cannot be read, or a line of a regular file is not JSON
 */
export async function fileLines(path: string, options: LineOptions): Promise<InputSource> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new UsageError(`cannot read '${path}': ${systemReason(error)}`, { cause: error });
  });
  if (stats.isDirectory()) {
    throw new UsageError(`cannot read lines of '${path}': it is a directory; give a file`);
  }
  const total = stats.isFile() ? await countInputs(path, options) : undefined;
  return streamLines(path, createReadStream(path), { ...options, total });
}

/**
 * Lines of a stream, read as they are asked for.
 *
 * @param name - of the stream, for messages
 */
export function streamLines(
  name: string,
  stream: Readable,
  options: LineOptions & { readonly total?: number | undefined },
): InputSource {
  let isClosed = false;
  return {
    total: options.total,
    async *batches(): AsyncGenerator<readonly Input[]> {
      try {
        for await (const batch of inputsOf(name, stream, options)) {
          if (isClosed) return;
          yield batch;
        }
      } catch (error) {
        // Closing destroys the stream under its reader, which throws there.
        if (isClosed) return;
        throw asUsageError(name, error);
      }
    },
    close(): void {
      isClosed = true;
      stream.destroy();
    },
  };
}

async function countInputs(path: string, options: LineOptions): Promise<number> {
  let count = 0;
  try {
    for await (const batch of inputsOf(path, createReadStream(path), options)) {
      count += batch.length;
    }
  } catch (error) {
    throw asUsageError(path, error);
  }
  return count;
}

async function* inputsOf(
  name: string,
  stream: Readable,
  options: LineOptions,
): AsyncGenerator<Input[]> {
  const splitter = new LineSplitter(name);
  const read = options.isJson ? jsonReader(name) : plainReader;
  function* take(lines: readonly string[]): Generator<Input[]> {
    for (let start = 0; start < lines.length; start += batchCount) {
      const batch: Input[] = [];
      const badLine = read(lines.slice(start, start + batchCount), batch);
      // What stands before a bad line is still input.
      if (batch.length > 0) yield batch;
      if (badLine !== undefined) throw badLine;
    }
  }
  for await (const chunk of stream) yield* take(splitter.push(chunk as Buffer));
  const last = splitter.end();
  if (last !== undefined) yield* take([last]);
}

/** Appends the inputs that the lines hold to a batch; stops at a line that holds none. */
type LineReader = (lines: readonly string[], batch: Input[]) => UsageError | undefined;

const plainReader: LineReader = (lines, batch) => {
  for (const line of lines) batch.push(toInput(line));
  return undefined;
};

function jsonReader(name: string): LineReader {
  let lineNumber = 0;
  return (lines, batch) => {
    for (const line of lines) {
      lineNumber += 1;
      if (line.trim() === '') continue;
      try {
        batch.push(toInput(JSON.parse(line)));
      } catch (error) {
        return new UsageError(
          `${name}:${lineNumber}: not JSON: ${(error as Error).message}; ` +
            `with --json every line is one JSON value`,
          { cause: error },
        );
      }
    }
    return undefined;
  };
}

function asUsageError(name: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  return new UsageError(`cannot read '${name}': ${systemReason(error)}`, { cause: error });
}
