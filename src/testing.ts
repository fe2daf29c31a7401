/**
 * `threadloop/testing`: the door for those who test code that runs on loops.
 * Time that jumps, and ports within one thread.
 */
export { createPortPair, MemoryPort } from './testing/port-pair.js';
export { VirtualClock } from './testing/virtual-clock.js';
