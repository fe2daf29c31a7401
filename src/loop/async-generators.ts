/**
 * The async generators that a loop closes at its end, so that their `finally` blocks run.
 *
 * Python tells asyncio of every async generator that begins. JavaScript tells nobody, so here they
 * are given to the loop by hand. They are held weakly: one that nobody uses any more is collected,
 * as ever, without its `finally` blocks.
 */
import type { EventLoop } from './event-loop.js';

type AnyAsyncGenerator = AsyncGenerator<unknown, unknown, never>;

/** The async generators of one loop. */
export class AsyncGenerators {
  readonly #loop: EventLoop;
  readonly #generators = new Set<WeakRef<AnyAsyncGenerator>>();
  readonly #finalizers = new FinalizationRegistry<WeakRef<AnyAsyncGenerator>>((gone) => {
    this.#generators.delete(gone);
  });
  #isShutDown = false;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  track(generator: AnyAsyncGenerator): void {
    if (this.#isShutDown) {
      const text = 'asynchronous generator was tracked after shutdownAsyncGenerators() of loop';
      process.emitWarning(`${text} '${this.#loop.name}'`, 'ResourceWarning');
    }
    const reference = new WeakRef(generator);
    this.#generators.add(reference);
    this.#finalizers.register(generator, reference);
  }

  /** Closes all at once, and waits: for as long as their `finally` blocks do. */
  async shutDown(): Promise<void> {
    this.#isShutDown = true;
    const open = [...this.#generators];
    this.#generators.clear();
    await Promise.all(open.map(async (reference) => this.#close(reference.deref())));
  }

  async #close(generator: AnyAsyncGenerator | undefined): Promise<void> {
    try {
      await generator?.return(undefined);
    } catch (exception) {
      const message = 'an error occurred during closing of an asynchronous generator';
      this.#loop.callExceptionHandler({ message, exception, asyncgen: generator });
    }
  }
}
