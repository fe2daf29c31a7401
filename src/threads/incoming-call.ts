/**
 * One post or call from another thread, here where it runs.
 *
 * | state   | what it means                            | next                       |
 * |---------|------------------------------------------|----------------------------|
 * | waiting | its function is known; its turn will come | running, ended (withdrawn) |
 * | running | a function, or a task of the loop        | ended                      |
 * | ended   | answered, if anybody waited              | –                          |
 *
 * Whether a waiting call starts is agreed with its caller by a shared word: see `call-words.ts`.
 * A call is a task; but of a function that returns at once, the task is made only if somebody asks
 * for it. That and having one object for each call make up half of what a call costs.
 */
import { CancelledError } from '../errors.js';
import { freshScope } from '../loop/context.js';
import { isCoroutine, isPromiseLike } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import { registry } from '../loop/registry.js';
import { alreadyBegun } from '../loop/task-owner.js';
import type { TaskOwner } from '../loop/task-owner.js';
import { stepTask } from '../loop/task-stack.js';
import { workOf } from '../loop/task-work.js';
import { Task } from '../loop/task.js';
import { runWithCarried } from '../wire/carried-context.js';
import type { Link } from '../wire/link.js';
import { Operation } from '../wire/message.js';
import type { CallKind, Carried, FunctionAddress } from '../wire/message.js';
import { reviveInstances } from '../wire/value-reviver.js';
import type { QueuedCall } from './call-queue.js';
import type { IncomingWords } from './call-words.js';
import { dropFlag, keepFlag, runWithFlag } from './check-cancelled.js';
import type { CancelFlag } from './check-cancelled.js';
import { bindIterated } from './iterated-call.js';
import type { LoadedFunction } from './loaded-function.js';
import { ofShutdown } from './notices.js';
import { postInOwnScope, reportPosted } from './posted-call.js';
import { bindArguments } from './signal-argument.js';

/** Whose call it is. */
export interface CallOwner {
  readonly link: Link;
  readonly words: IncomingWords;
  /** Whether the post of that number was withdrawn before its turn. */
  wasWithdrawn(id: number): boolean;
  /** It was answered, if anybody waits for an answer. */
  onEnded(call: IncomingCall): void;
}

/** See above. */
export class IncomingCall implements QueuedCall, TaskOwner, CancelFlag {
  readonly kind: CallKind;
  /** Of a post below 0; of a call its place among the words. */
  readonly id: number;
  readonly rank: number;
  readonly address: FunctionAddress;
  /** Whether it has had its turn. */
  hasBegun = false;
  readonly #owner: CallOwner;
  /** Given away when it starts: contexts that it leaves behind may live long. */
  #args: unknown[];
  /** What else came with it. */
  readonly #carried: Carried | null;
  #loop: EventLoop | null = null;
  #fn: LoadedFunction | null = null;
  #task: Task<unknown> | null = null;
  #cancelMessage: { readonly text: string | undefined } | null = null;

  constructor(
    owner: CallOwner,
    kind: CallKind,
    id: number,
    rank: number,
    address: FunctionAddress,
    args: unknown[],
    carried: Carried | null,
  ) {
    this.#owner = owner;
    this.kind = kind;
    this.id = id;
    this.rank = rank;
    this.address = address;
    this.#args = args;
    this.#carried = carried;
  }

  get name(): string {
    return this.address.name;
  }

  /** Whether somebody waits for its outcome. */
  get isAnswered(): boolean {
    return this.kind !== Operation.Post;
  }

  /** Whether its caller has taken it back, though no message has told so yet. */
  get isWithdrawn(): boolean {
    return this.isAnswered && this.#owner.words.isWithdrawn(this.id);
  }

  /** For `checkCancelled()`. */
  isCancelled(): boolean {
    return this.#owner.words.isCancelled(this.id);
  }

  /** The task that it is; made when it is asked for. */
  get task(): Task<unknown> {
    this.#task ??= new Task(this.#loaded().fn, this.#loop as EventLoop, alreadyBegun);
    return this.#task;
  }

  /** Whether it waits for its turn, or has had it. */
  get isPrepared(): boolean {
    return this.#fn !== null;
  }

  /** Lets its caller know whether its module is being loaded. */
  setLoading(isLoading: boolean): void {
    if (this.isAnswered) this.#owner.words.setLoading(this.id, isLoading);
  }

  /** Its module is loaded: it will run on that loop. */
  prepare(loop: EventLoop, fn: LoadedFunction): void {
    this.#loop = loop;
    this.#fn = fn;
  }

  /** Takes note of a cancel before it runs; passes it on while it does. */
  cancel(message: string | undefined): void {
    if (this.#task === null) this.#cancelMessage = { text: message };
    else this.#task.cancel(message);
  }

  /** Nobody waits for it any more, nor could be told: that ends what belongs to its caller. */
  onCallerGone(): void {
    if (this.#fn?.isBoundToCaller === true) this.cancel('the caller is gone');
  }

  start(): void {
    this.hasBegun = true;
    // Another one than at its arrival, where a run has begun or ended since.
    this.#loop = registry.running ?? this.#loop;
    if (!this.isAnswered) this.#runPost();
    else if (this.#mayStart()) this.#startCall(this.#loop as EventLoop);
    // Who takes a call back for himself reads no answer: where no message came, it is the end.
    else this.answer(new CancelledError((this.#cancelMessage ?? ofShutdown).text));
  }

  /** Ends without a task: with that error, where somebody waits for one. */
  answer(error: unknown): void {
    if (this.isAnswered) this.#owner.link.answerError(this.id, error);
    this.#owner.onEnded(this);
  }

  /** As `answer`, but where nobody waits the loop's exception handler hears of it. */
  fail(loop: EventLoop | null, exception: unknown): void {
    if (!this.isAnswered) reportPosted(loop, this.name, exception);
    this.answer(exception);
  }

  /** For `stepTask`: calls the function, in a scope of its own; returns what it returned. */
  step(): unknown {
    // Not run(): its scope ends with the step, so that nothing has to be set back.
    registry.asyncTask.enterWith(this);
    const returned = this.#loaded().fn(...this.#takeArguments());
    if (!isCoroutine(returned) && !isPromiseLike(returned)) return returned;
    this.task.goOn(workOf(returned));
    return goesOn;
  }

  /** The task is done. */
  onDone(): void {
    const task = this.#task as Task<unknown>;
    dropFlag(task);
    this.#answerOutcome(task);
  }

  #loaded(): LoadedFunction {
    return this.#fn as LoadedFunction;
  }

  #mayStart(): boolean {
    return this.#owner.words.start(this.id) && this.#cancelMessage === null;
  }

  #startCall(loop: EventLoop): void {
    const isPlain = this.#loaded().isPlain && this.kind === Operation.Call;
    if (isPlain && loop.makesOrdinaryTasks?.() === true) this.#startFunction();
    else this.#startTask(loop);
  }

  #startFunction(): void {
    const outer = registry.stepping;
    registry.stepping = this;
    let returned: unknown;
    try {
      returned = runWithFlag(this, IncomingCall.#stepInContext, this);
    } catch (error) {
      this.#task?.fail(error);
      if (this.#task === null) this.answer(error);
      else this.#answerOutcome(this.#task);
      return;
    } finally {
      registry.stepping = outer;
    }
    if (this.#task === null) this.#answerResult(returned);
    else {
      if (returned !== goesOn) this.#task.goOn(returned);
      this.#follow(this.#task);
    }
  }

  #startTask(loop: EventLoop): void {
    try {
      const bind = this.kind === Operation.Iterate ? bindIterated : bindArguments;
      const work = bind(this.#loaded().fn, this.#takeArguments());
      const create = (): Task<unknown> => loop.createTask<unknown>(work, { eager: true });
      this.#task = this.#inContext(() => runWithFlag(this, create, undefined), undefined);
    } catch (error) {
      this.answer(error);
      return;
    }
    this.#follow(this.#task);
  }

  /** Answers with the outcome of the task, now or when it has one. */
  #follow(task: Task<unknown>): void {
    if (task.done()) {
      this.#answerOutcome(task);
      return;
    }
    keepFlag(task, this);
    task.addWaiter(this);
    // It came while the first step ran, which read messages itself because it blocked.
    if (this.#cancelMessage !== null) task.cancel(this.#cancelMessage.text);
  }

  #answerOutcome(task: Task<unknown>): void {
    let value: unknown;
    try {
      value = task.result();
    } catch (error) {
      this.answer(error);
      return;
    }
    this.#answerResult(value);
  }

  #answerResult(value: unknown): void {
    this.#owner.link.answerResult(this.id, value);
    this.#owner.onEnded(this);
  }

  #runPost(): void {
    const isWithdrawn = this.#cancelMessage !== null || this.#owner.wasWithdrawn(this.id);
    this.#owner.onEnded(this);
    if (isWithdrawn) return;
    const loop = this.#loop as EventLoop;
    try {
      const { fn } = this.#loaded();
      const args = this.#takeArguments();
      this.#inContext(postInOwnScope, { loop, fn, args });
    } catch (error) {
      reportPosted(loop, this.name, error);
    }
  }

  static readonly #stepInContext = (call: IncomingCall): unknown =>
    call.#inContext(stepInOwnScope, call);

  #inContext<R, A>(run: (arg: A) => R, arg: A): R {
    const context = this.#carried?.context;
    return context === undefined ? run(arg) : runWithCarried(context, () => run(arg));
  }

  /** Its module has loaded, and has registered the classes of its instances. */
  #takeArguments(): unknown[] {
    const args = this.#args;
    this.#args = noArguments;
    const revival = this.#carried?.revival;
    if (revival !== undefined) reviveInstances(args, revival);
    return args;
  }
}

const noArguments: unknown[] = [];

/** What a step returns whose function has not ended by returning. */
const goesOn = Symbol('goesOn');

/** What a function sets in its async context must not reach the next one. */
function stepInOwnScope(call: IncomingCall): unknown {
  return freshScope().runInAsyncScope(stepTask, undefined, call);
}
