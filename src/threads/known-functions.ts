/**
 * The functions that the calls of one link name, as far as their modules are loaded.
 * Belongs to the thread in which they run.
 */
import type { FunctionAddress } from '../wire/message.js';
import { runtimeUrl } from './lending.js';
import { LoadedFunction } from './loaded-function.js';
import { loadedExport } from './module-loader.js';
import type { AnyFunction } from './remote-function.js';
import { resolveFunction } from './wrapped-function.js';

/** Functions of the runtime, which are in no module. */
export type BuiltIn = (name: string) => AnyFunction | undefined;

/** See above. An address is known by itself: a link sends each once. */
export class KnownFunctions {
  readonly #builtIn: BuiltIn;
  readonly #functions = new WeakMap<FunctionAddress, LoadedFunction>();
  /** What was looked for last: calls in a row are mostly of one function. */
  #lastAddress: FunctionAddress | null = null;
  #lastFunction: LoadedFunction | undefined;

  constructor(builtIn: BuiltIn) {
    this.#builtIn = builtIn;
  }

  /** `undefined` when its module is not loaded. */
  find(address: FunctionAddress): LoadedFunction | undefined {
    if (address === this.#lastAddress) return this.#lastFunction;
    const fn = this.#functions.get(address) ?? this.#ofLoaded(address);
    if (fn === undefined) return undefined;
    this.#lastAddress = address;
    this.#lastFunction = fn;
    return fn;
  }

  /** Loads its module. Throws what that throws, and where it has no such function. */
  async load(address: FunctionAddress): Promise<void> {
    this.add(address, await resolveFunction(address));
  }

  add(address: FunctionAddress, fn: AnyFunction): LoadedFunction {
    const loaded = new LoadedFunction(fn);
    this.#functions.set(address, loaded);
    return loaded;
  }

  #ofLoaded(address: FunctionAddress): LoadedFunction | undefined {
    const { url, name } = address;
    const fn = url === runtimeUrl ? this.#builtIn(name) : loadedExport(url, name);
    return fn === undefined ? undefined : this.add(address, fn);
  }
}
