/**
 * Serves what is asked of one object: each request becomes a task of the loop that owns it.
 *
 * Comlink calls the methods of this class in place of the object's own: it brings the arguments
 * and sends the answers. A method never throws; an error is an answer, too.
 */
import type { MessagePort } from 'node:worker_threads';
import { NoRunningLoopError } from '../errors.js';
import { registry } from '../loop/registry.js';
import type { TaskFunction } from '../loop/task-work.js';
import type { Task } from '../loop/task.js';
import { takesSignal, withSignal } from '../threads/signal-argument.js';
import { comlink } from './comlink.js';
import { describe } from './messages.js';
import type { Request, WireValue } from './messages.js';
import { assign, reach, reachFunction } from './reach.js';
import { Thrown } from './thrown.js';

/** What a desk serves. */
export interface DeskOptions {
  readonly object: unknown;
  /** The object in words. */
  readonly label: string;
  /** Prepares a value for its way. */
  readonly write: (value: unknown) => unknown;
  /** As `write`, for a value that travels as a proxy in any case. */
  readonly writeProxy: (value: object) => unknown;
  /** One more port to the object. */
  readonly open: () => MessagePort;
}

type Path = readonly string[];

/** The requests for one object, from one proxy. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #tasks = new Map<string, Task<unknown>>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Comlink's request in other words: the method of this class to call, with its arguments. */
  static translate({ id, type, path = [], argumentList = [], value }: Request): Request {
    const values = value === undefined ? argumentList : [value];
    const raw: WireValue[] = [id, path].map((each) => ({ type: 'RAW', value: each }));
    const method = type.toLowerCase();
    return { id, type: 'APPLY', path: [method], argumentList: [...raw, ...values] };
  }

  get(id: string, path: Path): Promise<unknown> {
    const { object, label } = this.#options;
    return this.#run(id, { type: 'GET', path }, () => reach(object, path, label).value);
  }

  set(id: string, path: Path, value: unknown): Promise<unknown> {
    const { object, label } = this.#options;
    return this.#run(id, { type: 'SET', path }, () => assign(object, path, value, label));
  }

  apply(id: string, path: Path, ...args: unknown[]): Promise<unknown> {
    const { object, label } = this.#options;
    return this.#run(id, { type: 'APPLY', path }, (signal) => {
      const { parent, value } = reachFunction(object, path, label);
      const passed = takesSignal(value, args) ? withSignal(value, args, signal) : args;
      return Reflect.apply(value, parent, passed);
    });
  }

  construct(id: string, path: Path, ...args: unknown[]): Promise<unknown> {
    const { object, label, writeProxy } = this.#options;
    return this.#run(id, { type: 'CONSTRUCT', path }, () =>
      writeProxy(Reflect.construct(reachFunction(object, path, label).value, args) as object),
    );
  }

  endpoint(): unknown {
    const port = this.#options.open();
    return comlink().transfer(port, [port]);
  }

  cancel(id: string, message: string | undefined): void {
    this.#tasks.get(id)?.cancel(message);
  }

  cancelAll(message: string): void {
    for (const task of this.#tasks.values()) task.cancel(message);
  }

  async #run(
    id: string,
    request: Omit<Request, 'id'>,
    work: TaskFunction<unknown>,
  ): Promise<unknown> {
    const { label, write } = this.#options;
    const name = describe(label, request);
    try {
      const loop = registry.running;
      if (loop === null) {
        throw new NoRunningLoopError(`No loop runs in the thread that was asked for ${name}`);
      }
      const task = loop.createTask(work, { name });
      this.#tasks.set(id, task);
      await new Promise((resolve) => task.addDoneCallback(resolve));
      return write(task.result());
    } catch (error) {
      return new Thrown(error);
    } finally {
      this.#tasks.delete(id);
    }
  }
}
