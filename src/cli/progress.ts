/**
 * The progress display on a terminal, drawn over itself on standard error.
 *
 * The lines are ours, the terminal is cli-progress's: it draws several lines in place, cuts them at
 * the width of the terminal, and prints other text above them. What tasks or Node write to standard
 * error meanwhile goes that way.
 */
import { performance } from 'node:perf_hooks';
import type { WriteStream } from 'node:tty';
import { MultiBar } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import type { BusyMeter } from './busy-meter.js';
import { loopLines, RateMeter, runLine } from './progress-lines.js';
import type { Tally } from './tally.js';

/** Time between two drawings: quick enough to look alive, slow enough to be read. */
const redrawMs = 200;

/** Lines of the terminal that are left to other text. */
const spareLineCount = 2;

/** Most loops that get a line of their own. */
const maxLoopLineCount = 16;

/** Text above the display falls on lines that held bars. */
const clearRestOfLine = '\u001B[K';

/** Whether a display may be drawn there: on a terminal that obeys, unless the user says no. */
export function canShowProgress(
  stream: Pick<WriteStream, 'isTTY'>,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const isRefused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return stream.isTTY && !isRefused;
}

/** A display that is drawn from its making until `stop()`. */
export class ProgressDisplay {
  readonly #tally: Tally;
  readonly #meter: BusyMeter;
  readonly #rate = new RateMeter();
  readonly #stream: WriteStream;
  readonly #screen: MultiBar;
  readonly #lines: SingleBar[] = [];
  readonly #timer: NodeJS.Timeout;
  #partialLine = '';

  constructor(stream: WriteStream, tally: Tally, meter: BusyMeter) {
    this.#tally = tally;
    this.#meter = meter;
    this.#stream = stream;
    this.#screen = new MultiBar({
      stream: this.#rawStream(),
      format: (_options, _params, payload: { text: string }) => payload.text,
      clearOnComplete: true,
      hideCursor: true,
      // Lines are cut here; a terminal that is told to cut them stays so when we are killed.
      linewrap: true,
      gracefulExit: false,
      // A line may look the same and yet stand where other text has moved it.
      forceRedraw: true,
    });
    // An own property that hides the method, until it is deleted.
    stream.write = this.#writeAbove;
    this.#timer = setInterval(() => this.#update(), redrawMs).unref();
    this.#update();
  }

  /** Takes the display off the screen and leaves the stream as it was. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#partialLine !== '') this.#print(`${this.#partialLine}\n`);
    this.#screen.update();
    this.#screen.stop();
    Reflect.deleteProperty(this.#stream, 'write');
  }

  #update(): void {
    this.#rate.note(performance.now(), this.#tally.answeredCount);
    const rows = this.#stream.rows - 1 - spareLineCount;
    const maxLoopCount = Math.max(Math.min(rows, maxLoopLineCount), 1);
    const lines = [
      runLine(this.#tally, this.#rate.perSecond),
      ...loopLines(this.#meter.shares, maxLoopCount),
    ];
    for (const [index, text] of lines.entries()) {
      const line = this.#lines[index];
      if (line === undefined) this.#lines.push(this.#screen.create(1, 0, { text }));
      else line.update(0, { text });
    }
  }

  #print(lines: string): void {
    this.#screen.log(lines.replaceAll('\n', `${clearRestOfLine}\n`));
  }

  /** Stands in for `stream.write` while the display is up. */
  readonly #writeAbove = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = this.#partialLine + Buffer.from(chunk as string).toString();
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) this.#print(text.slice(0, end));
    this.#partialLine = text.slice(end);
    const callback = rest.find((it) => typeof it === 'function');
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };

  /** The terminal itself, past `writeAbove`. */
  #rawStream(): NodeJS.WritableStream {
    const stream = this.#stream;
    const prototype = Object.getPrototypeOf(stream) as WriteStream;
    return new Proxy(stream, {
      get: (target, key) => {
        const value: unknown = Reflect.get(key === 'write' ? prototype : target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}
