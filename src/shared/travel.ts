/**
 * What threads share, as an argument or a result of a call: it arrives as its class.
 *
 * Loaded in every thread that takes part in calls. What travels is the handle.
 */
import { registerDormantClass } from '../wire/registered-classes.js';
import { Channel } from './channel.js';
import { SharedBarrier } from './shared-barrier.js';
import { SharedEvent } from './shared-event.js';
import { SharedLock } from './shared-lock.js';
import type { SharedHandle, SharedObject } from './shared-object.js';
import { SharedSemaphore } from './shared-semaphore.js';

/** A class with its `from()`. */
interface Travelling<T> {
  readonly name: string;
  readonly prototype: T;
  from(handle: SharedHandle): T;
}

function letTravel<T extends SharedObject>(type: Travelling<T>): void {
  registerDormantClass(type, {
    // Users may have a class of the same name.
    name: `threadloop.${type.name}`,
    encode: (instance: T) => instance.handle,
    decode: (handle: SharedHandle) => type.from(handle),
  });
}

letTravel(SharedLock);
letTravel(SharedSemaphore);
letTravel(SharedEvent);
letTravel(SharedBarrier);
letTravel<Channel<unknown>>(Channel);
