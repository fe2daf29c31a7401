/**
 * Cuts a stream of bytes into lines.
 *
 * A line ends at LF; a CR before it belongs to the ending. (`node:readline` also ends lines at
 * U+2028 and U+2029, which are lawful inside JSON and inside text.) Memory is bounded by the
 * longest line that is allowed, not by the length of the stream.
 */
import { UsageError } from './usage-error.js';

/** A longer line is refused: most likely the file has no lines at all. A guess, safe to change. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Collects bytes and gives out whole lines. Bytes that are not UTF-8 become U+FFFD. */
export class LineSplitter {
  readonly #name: string;
  readonly #maxLineBytes: number;
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #lineCount = 0;
  #isAtStart = true;

  /** @param name - of the stream, for messages */
  constructor(name: string, maxLineBytes: number = MAX_LINE_BYTES) {
    this.#name = name;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes that arrived since the last line ending. */
  get partialBytes(): number {
    return this.#partialBytes;
  }

  /**
   * Takes the next bytes and gives the lines that they complete, without their endings.
   *
   * @throws UsageError when a line is longer than allowed
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      lines.push(this.#finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line when it has no ending, else `undefined`. */
  end(): string | undefined {
    return this.#partialBytes === 0 ? undefined : this.#finish(Buffer.alloc(0));
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#partialBytes += rest.length;
    if (this.#partialBytes > this.#maxLineBytes) {
      throw new UsageError(
        `${this.#name}:${this.#lineCount + 1}: the line is longer than ${this.#maxLineBytes} ` +
          `bytes; inputs are one a line`,
      );
    }
    this.#partial.push(rest);
  }

  #finish(tail: Buffer): string {
    this.#keep(tail);
    const [only = tail] = this.#partial;
    let line = this.#partial.length > 1 ? Buffer.concat(this.#partial) : only;
    this.#partial = [];
    this.#partialBytes = 0;
    this.#lineCount += 1;
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    if (this.#isAtStart && line.subarray(0, 3).equals(byteOrderMark)) line = line.subarray(3);
    this.#isAtStart = false;
    return line.toString('utf8');
  }
}
