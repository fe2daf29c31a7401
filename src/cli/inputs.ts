/**
 * Where the inputs of a run come from: files, lines or a range of integers.
 *
 * A source is read by one reader, a batch at a time, and only as fast as that reader asks: nothing
 * is read ahead of it beyond one batch.
 */

/** One input, as the function gets it and as the answer shows it. */
export interface Input {
  /** The argument of the function. */
  readonly value: unknown;
  /** The same as JSON text: what stands behind `"input":` in the answer. */
  readonly json: string;
}

/** Inputs in their order. */
export interface InputSource {
  /** How many there will be, `undefined` where only the end tells. */
  readonly total: number | undefined;
  /** The inputs, to be read once. Throws a `UsageError` at an input that cannot be read. */
  batches(): AsyncIterable<readonly Input[]>;
  /** Lets go of the file or stream. A reader that waits for a batch gets no more. */
  close(): void;
}

/** Inputs made at a time: enough to make the batch itself cheap, few enough to be gone soon. */
export const batchCount = 256;

/** Makes an input of a value that JSON holds without loss: a string, a number, parsed JSON. */
export function toInput(value: unknown): Input {
  return { value, json: JSON.stringify(value) };
}

/** A source that can make its inputs from their index alone, as they are asked for. */
export function indexedInputs(total: number, valueAt: (index: number) => unknown): InputSource {
  let isClosed = false;
  return {
    total,
    async *batches(): AsyncGenerator<readonly Input[]> {
      for (let start = 0; start < total && !isClosed; start += batchCount) {
        const count = Math.min(batchCount, total - start);
        yield Array.from({ length: count }, (_, index) => toInput(valueAt(start + index)));
      }
    },
    close(): void {
      isClosed = true;
    },
  };
}
