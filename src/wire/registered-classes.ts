/**
 * Classes of the user whose instances travel between threads: how they are taken apart on one side
 * and put together on the other.
 *
 * Each thread has a table of its own. A module that defines a class registers it, so every thread
 * that loads the module knows the class.
 */
import { InvalidArgumentError, show } from '../errors.js';

/** How instances of a class travel; `D` is what they are taken apart into. */
export interface ClassCodec<T, D> {
  /** Under which the other thread finds the class. Default: the name of the class. */
  readonly name?: string;
  /** Something that can be copied to another thread, or holds registered instances in turn. */
  readonly encode: (instance: T) => D;
  /** Makes the instance again. `data` is a copy that nobody else holds. */
  readonly decode: (data: D) => T;
}

/** A class as its instances know it, also one whose constructor is private. */
export interface ClassOf<T> {
  readonly name: string;
  readonly prototype: T;
}

/** An entry of the table. */
export interface RegisteredClass {
  readonly name: string;
  readonly type: ClassOf<object>;
  readonly encode: (instance: object) => unknown;
  readonly decode: (data: unknown) => object;
}

const byName = new Map<string, RegisteredClass>();
/** Known by name, and not looked for in values: there are no instances yet. */
const dormant: RegisteredClass[] = [];
let isAwake = false;
const byPrototype = new Map<object, RegisteredClass>();
/** Which entry serves the instances of a prototype: its own, or the nearest ancestor's. */
let nearest = new WeakMap<object, RegisteredClass | null>();

/**
 * Lets instances of a class travel between threads, wherever they stand: as an argument or a
 * result, in arrays, plain objects, Maps, Sets, in encoded instances, and in properties of errors.
 * Call it in the module that defines the class. Both threads have to know the class, else the call
 * fails with UnregisteredClassError. Instances of a subclass travel as the nearest class that is
 * registered. Without this, structured clone copies fields and forgets the class.
 *
 * An instance must not hold itself in what it is encoded to.
 *
 * @throws InvalidArgumentError when it is no class, or another class has that name
 *
 * @example
 * registerClass(Money, {
 *   encode: (money) => money.cents,
 *   decode: (cents) => new Money(cents),
 * });
 */
export function registerClass<T extends object, D>(
  type: ClassOf<T>,
  codec: ClassCodec<T, D>,
): void {
  serve(enter(type, codec));
}

/**
 * For classes that are part of this package: what arrives is made again from the start; but as long
 * as nobody has made an instance, no value is searched for one, which every call would pay for.
 */
export function registerDormantClass<T extends object, D>(
  type: ClassOf<T>,
  codec: ClassCodec<T, D>,
): void {
  const entry = enter(type, codec);
  if (isAwake) serve(entry);
  else dormant.push(entry);
}

/** From now on there are instances of dormant classes. */
export function wakeDormantClasses(): void {
  if (isAwake) return;
  isAwake = true;
  for (const entry of dormant.splice(0)) serve(entry);
}

function serve(entry: RegisteredClass): void {
  byPrototype.set(entry.type.prototype, entry);
  nearest = new WeakMap();
}

/** @throws as `registerClass` */
function enter<T extends object, D>(
  type: ClassOf<T>,
  { name = type.name, encode, decode }: ClassCodec<T, D>,
): RegisteredClass {
  if (typeof (type as unknown) !== 'function' || typeof type.prototype !== 'object') {
    throw new InvalidArgumentError(`registerClass() expects a class, got ${show(type)}`);
  }
  if (typeof encode !== 'function' || typeof decode !== 'function') {
    throw new InvalidArgumentError(
      `registerClass() expects { encode, decode }, got encode ${show(encode)} and decode ` +
        show(decode),
    );
  }
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(
      `registerClass() finds classes by name, got ${show(name)}: give it one with { name }`,
    );
  }
  const known = byName.get(name);
  // A module that was loaded twice brings the same class again: the newer one counts.
  if (known !== undefined && sourceOf(known.type) !== sourceOf(type)) {
    throw new InvalidArgumentError(
      `registerClass() finds classes by name, and another class is registered as '${name}': ` +
        'give this one a name of its own with { name }',
    );
  }
  const entry = { name, type, encode, decode } as unknown as RegisteredClass;
  byName.set(name, entry);
  return entry;
}

function sourceOf(type: unknown): string {
  return typeof type === 'function' ? Function.prototype.toString.call(type) : '';
}

/** Whether any class is registered in this thread of which there may be instances. */
export function hasRegisteredClasses(): boolean {
  return byPrototype.size > 0;
}

/** The entry that serves the instances of a prototype. */
export function registeredFor(prototype: object): RegisteredClass | null {
  let entry = nearest.get(prototype);
  if (entry === undefined) {
    entry = byPrototype.get(prototype) ?? ofAncestor(prototype);
    nearest.set(prototype, entry);
  }
  return entry;
}

function ofAncestor(prototype: object): RegisteredClass | null {
  const ancestor = Object.getPrototypeOf(prototype) as object | null;
  return ancestor === null ? null : registeredFor(ancestor);
}

/** The entry of a name; `undefined` for names that this thread does not know. */
export function registeredAs(name: string): RegisteredClass | undefined {
  return byName.get(name);
}
