/**
 * Cuts a stream of bytes into lines.
 *
 * A line ends at LF; a CR before it belongs to the ending. (`node:readline` also ends lines at
 * U+2028 and U+2029, which are lawful inside JSON and inside text.) Memory is bounded by the
 * longest line that is allowed, not by the length of the stream.
 */
import { UsageError } from './usage-error.js';

/** A longer line is refused: most likely the file has no lines at all. A guess, safe to change. */
const defaultMaxLineBytes = 256 * 1024 * 1024;

const LF = 0x0a;
const byteOrderMark = '\uFEFF';

/** Collects bytes and gives out whole lines. Bytes that are not UTF-8 become U+FFFD. */
export class LineSplitter {
  readonly #name: string;
  readonly #maxLineBytes: number;
  /** What has arrived of the line that has no ending yet. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #lineCount = 0;

  /** @param name - of the stream, for messages */
  constructor(name: string, maxLineBytes: number = defaultMaxLineBytes) {
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
    const end = chunk.lastIndexOf(LF);
    if (end === -1) {
      this.#keep(chunk);
      return [];
    }
    // No sign of UTF-8 reaches over a line ending, so whole lines are decoded together.
    const whole = [...this.#partial, chunk.subarray(0, end)];
    this.#partial = [];
    this.#partialBytes = 0;
    this.#keep(chunk.subarray(end + 1));
    return this.#split(whole);
  }

  /** The last line when it has no ending, else `undefined`. */
  end(): string | undefined {
    if (this.#partialBytes === 0) return undefined;
    const [line] = this.#split(this.#partial);
    this.#partial = [];
    this.#partialBytes = 0;
    return line;
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

  #split(pieces: readonly Buffer[]): string[] {
    const [only] = pieces;
    const bytes = only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
    let text = bytes.toString('utf8');
    if (this.#lineCount === 0 && text.startsWith(byteOrderMark)) text = text.slice(1);
    const lines = text.split('\n');
    this.#lineCount += lines.length;
    return text.includes('\r') ? lines.map(withoutCarriageReturn) : lines;
  }
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
