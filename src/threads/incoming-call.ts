/**
 * One call from another thread, here where it runs.
 *
 * | state   | what it means                            | next                       |
 * |---------|------------------------------------------|----------------------------|
 * | waiting | its function is known; its turn will come | running, ended (withdrawn) |
 * | running | a task of the loop                       | ended                      |
 * | ended   | answered, if anybody waited              | –                          |
 *
 * Whether a waiting call starts is agreed with its caller by a shared word: see `call-words.ts`.
 */
import { CancelledError } from '../errors.js';
import { bringsOwnScope, captureScope } from '../loop/context.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { Task } from '../loop/task.js';
import { runWithCarried } from '../wire/carried-context.js';
import type { Link } from '../wire/link.js';
import type { CallHeading, Carried, FunctionAddress } from '../wire/message.js';
import { reviveInstances } from '../wire/value-reviver.js';
import type { QueuedCall } from './call-queue.js';
import { noWord } from './call-words.js';
import type { IncomingWords } from './call-words.js';
import { dropWord, keepWord, runWithWord } from './check-cancelled.js';
import { bindIterated } from './iterated-call.js';
import type { AnyFunction } from './remote-function.js';
import { takesSignal, withSignal } from './signal-argument.js';

/** Whose call it is. */
export interface CallOwner {
  readonly link: Link;
  readonly words: IncomingWords;
  readonly onEnded: (id: number) => void;
}

/** What is to be called, and how. */
export interface CallContent {
  readonly address: FunctionAddress;
  readonly args: unknown[];
  /** What else came with it. */
  readonly carried: Carried | null;
  readonly isAnswered: boolean;
}

type Callable = (...args: unknown[]) => unknown;

/** Set on functions whose calls belong to their callers, and end with them. */
const callerBound = Symbol('threadloop.callerBound');

/** Has the calls of a function be cancelled when the thread that made them is gone. */
export function boundToCaller<F extends AnyFunction>(fn: F): F {
  return Object.assign(fn, { [callerBound]: true });
}

/** Whether they are. */
export function isBoundToCaller(fn: object): boolean {
  return callerBound in fn;
}

/** See above. */
export class IncomingCall implements QueuedCall {
  readonly #owner: CallOwner;
  readonly #heading: CallHeading;
  readonly #content: CallContent;
  #loop: EventLoop | null = null;
  #fn: Callable | null = null;
  #task: Task<unknown> | null = null;
  #hasBegun = false;
  #cancelMessage: { readonly text: string | undefined } | null = null;

  constructor(owner: CallOwner, heading: CallHeading, content: CallContent) {
    this.#owner = owner;
    this.#heading = heading;
    this.#content = content;
  }

  get id(): number {
    return this.#heading.id;
  }

  get rank(): number {
    return this.#heading.rank;
  }

  get address(): FunctionAddress {
    return this.#content.address;
  }

  get name(): string {
    return this.#content.address.name;
  }

  /** Whether it has had its turn. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Whether its caller has taken it back, though no message has told so yet. */
  get isWithdrawn(): boolean {
    const { word } = this.#heading;
    return word !== noWord && this.#owner.words.isWithdrawn(word);
  }

  /** Lets its caller know whether its module is being loaded. */
  setLoading(isLoading: boolean): void {
    const { word } = this.#heading;
    if (word !== noWord) this.#owner.words.setLoading(word, isLoading);
  }

  /** Its module is loaded: it will run on that loop. */
  prepare(loop: EventLoop, fn: AnyFunction): void {
    this.#loop = loop;
    this.#fn = fn as Callable;
  }

  /** Takes note of a cancel before it runs; passes it on while it does. */
  cancel(message: string | undefined): void {
    if (this.#task === null) this.#cancelMessage = { text: message };
    else this.#task.cancel(message);
  }

  /** Nobody waits for it any more, nor could be told: that ends what belongs to its caller. */
  onCallerGone(): void {
    if (this.#fn !== null && isBoundToCaller(this.#fn)) this.cancel('the caller is gone');
  }

  start(): void {
    this.#hasBegun = true;
    // Another one than at its arrival, where a run has begun or ended since.
    const loop = (registry.running ?? this.#loop) as EventLoop;
    if (!this.#content.isAnswered) this.#runPost(loop);
    else if (this.#mayStart()) this.#startTask(loop);
    else this.answer(new CancelledError(this.#cancelMessage?.text));
  }

  /** Ends without a task: with that error, where somebody waits for one. */
  answer(error: unknown): void {
    if (this.#content.isAnswered) this.#owner.link.answerError(this.id, error);
    this.#owner.onEnded(this.id);
  }

  /** As `answer`, but where nobody waits the loop's exception handler hears of it. */
  fail(loop: EventLoop | null, exception: unknown): void {
    if (!this.#content.isAnswered) reportPosted(loop, this.name, exception);
    this.answer(exception);
  }

  #mayStart(): boolean {
    return this.#owner.words.start(this.#heading.word) && this.#cancelMessage === null;
  }

  #startTask(loop: EventLoop): void {
    const word = this.#owner.words.cancelWord(this.#heading.word);
    let task: Task<unknown>;
    try {
      const bind = this.#heading.isIterated === true ? bindIterated : bindArguments;
      const work = bind(this.#fn as Callable, this.#revivedArguments());
      task = this.#inContext(() =>
        runWithWord(word, () => loop.createTask<unknown>(work, { eager: true })),
      );
    } catch (error) {
      this.answer(error);
      return;
    }
    if (task.done()) {
      this.#answerOutcome(task);
      return;
    }
    this.#task = task;
    if (word !== null) keepWord(task, word);
    task.addWaiter(taskDone, this);
    // It came while the first step ran, which read messages itself because it blocked.
    if (this.#cancelMessage !== null) task.cancel(this.#cancelMessage.text);
  }

  /** For `taskDone`. */
  onTaskDone(): void {
    const task = this.#task as Task<unknown>;
    dropWord(task);
    this.#answerOutcome(task);
  }

  #answerOutcome(task: Task<unknown>): void {
    let value: unknown;
    try {
      value = task.result();
    } catch (error) {
      this.answer(error);
      return;
    }
    this.#owner.link.answerResult(this.id, value);
    this.#owner.onEnded(this.id);
  }

  #runPost(loop: EventLoop): void {
    this.#owner.onEnded(this.id);
    if (this.#cancelMessage !== null) return;
    try {
      const args = this.#revivedArguments();
      this.#inContext(() =>
        captureScope().runInAsyncScope(runPosted, undefined, loop, this.#fn, args),
      );
    } catch (error) {
      reportPosted(loop, this.name, error);
    }
  }

  #inContext<R>(run: () => R): R {
    const context = this.#content.carried?.context;
    return context === undefined ? run() : runWithCarried(context, run);
  }

  /** Its module has loaded, and has registered the classes of its instances. */
  #revivedArguments(): unknown[] {
    const { args, carried } = this.#content;
    if (carried?.revival) reviveInstances(args, carried.revival);
    return args;
  }
}

const taskDone = bringsOwnScope((call: { onTaskDone(): void }): void => call.onTaskDone());

/** The call as a task: see `takesSignal`. */
function bindArguments(fn: Callable, args: unknown[]): TaskFunction<unknown> {
  if (!takesSignal(fn, args)) return () => fn(...args);
  return (signal) => fn(...withSignal(fn, args, signal));
}

/** Runs a function for which nobody waits: what it throws goes to the loop's handler. */
function runPosted(loop: EventLoop, fn: Callable, args: unknown[]): void {
  try {
    const returned = fn(...args);
    if (isCoroutine(returned)) {
      returned.return(undefined);
      throw new TypeError('coroutines cannot be used with callSoonThreadsafe()');
    }
    if (isPromiseLike(returned)) {
      returned.then(undefined, (error: unknown) => reportPosted(loop, fn.name, error));
    }
  } catch (exception) {
    reportPosted(loop, fn.name, exception);
  }
}

function reportPosted(loop: EventLoop | null, name: string, exception: unknown): void {
  const message = `Exception in callback ${name || 'anonymous'}() of another thread`;
  reportTo(loop, { message, exception });
}
