/**
 * Writes answers to a file or to standard output, whole lines at a time, at the reader's speed.
 *
 * Lines that come close together leave as one write. `isCongested` tells the sender to stop while
 * the stream has more than it can take; what is written then is still accepted, since it answers
 * work that is already under way, and that is bounded. Standard output stays open at the end, and
 * a file is closed.
 */
import type { Writable } from 'node:stream';

/** Characters that are handed on without waiting for more: one pipe buffer. */
const maxGatheredChars = 65_536;

/** Time that a line waits for others: nobody sees it, and a write costs as much as many lines. */
const gatherMs = 10;

/** What a writer tells its owner. */
export interface AnswerWriterEvents {
  /** The stream takes more again. */
  readonly onDrain: () => void;
  /** The stream is broken; nothing that is written from now on arrives. Told once. */
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

/** Gathers lines and hands them to a stream. */
export class AnswerWriter {
  readonly #stream: Writable;
  #gathered = '';
  #timer: NodeJS.Timeout | undefined;
  #isBroken = false;

  constructor(stream: Writable, events: AnswerWriterEvents) {
    this.#stream = stream;
    stream.on('drain', events.onDrain);
    stream.on('error', (error) => {
      if (this.#isBroken) return;
      this.#isBroken = true;
      events.onError(error);
    });
  }

  /** Whether the stream has more than it can take at once. */
  get isCongested(): boolean {
    return this.#stream.writableNeedDrain;
  }

  /** Takes one line, with its line ending. */
  write(line: string): void {
    this.#gathered += line;
    if (this.#gathered.length >= maxGatheredChars) {
      this.#flush();
    } else {
      this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
    }
  }

  /** Hands over what is left; resolved when the stream has taken all of it, or is broken. */
  async end(): Promise<void> {
    this.#flush();
    if (this.#isBroken) return;
    const { promise, resolve } = withResolvers();
    this.#stream.once('error', resolve);
    if (isStandardStream(this.#stream)) this.#stream.write('', resolve);
    else this.#stream.end(resolve);
    await promise;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered === '' || this.#isBroken) return;
    this.#stream.write(this.#gathered);
    this.#gathered = '';
  }
}

function isStandardStream(stream: Writable): boolean {
  return stream === process.stdout || stream === process.stderr;
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
