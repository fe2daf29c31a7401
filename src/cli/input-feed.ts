/**
 * Hands out the inputs of a source one by one, without waiting: a batch is read when the one before
 * it is used up, and not earlier.
 *
 *   state    | moves to       | meaning
 *   at hand  | reading, over  | `tryNext()` gives an input, or finds the batch used up
 *   reading  | at hand, over  | the source has been asked for a batch
 *   over     |                | the source has ended, failed, or was closed
 */
import type { Input, InputSource } from './inputs.js';

/** The inputs of one source, for one reader. */
export class InputFeed {
  readonly #source: InputSource;
  readonly #batches: AsyncIterator<readonly Input[]>;
  readonly #onChange: () => void;
  #state: 'at hand' | 'reading' | 'over' = 'at hand';
  #batch: readonly Input[] = [];
  #nextIndex = 0;
  #error: Error | undefined;

  /** @param onChange - called when there may be an input again, or none will come any more */
  constructor(source: InputSource, onChange: () => void) {
    this.#source = source;
    this.#batches = source.batches()[Symbol.asyncIterator]();
    this.#onChange = onChange;
  }

  /** Whether all inputs have been handed out. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Why the source ended early, if it did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The next input; `undefined` when it has to be read first, or there is none. */
  tryNext(): Input | undefined {
    if (this.#state !== 'at hand') return undefined;
    const input = this.#batch[this.#nextIndex];
    this.#nextIndex += 1;
    if (input === undefined) this.#read();
    return input;
  }

  /** Hands out no more, and lets go of the source. */
  close(): void {
    this.#state = 'over';
    this.#batch = [];
    this.#source.close();
  }

  #read(): void {
    this.#state = 'reading';
    this.#batches.next().then(
      ({ done, value }) => {
        if (this.#state === 'over') return;
        this.#state = done === true ? 'over' : 'at hand';
        [this.#batch, this.#nextIndex] = [done === true ? [] : value, 0];
        this.#onChange();
      },
      (error: Error) => {
        if (this.#state === 'over') return;
        this.#state = 'over';
        this.#error = error;
        this.#onChange();
      },
    );
  }
}
