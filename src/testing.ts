/**
 * `threadloop/testing`: the door for those who test code that runs on loops.
 * Time that jumps, ports within one thread, and threads that live and die as a test says.
 */
export { createPortPair, MemoryPort } from './testing/port-pair.js';
export { ScriptedSpawner, ScriptedThread } from './testing/scripted-spawner.js';
export type { ScriptedCall, ThreadScript } from './testing/scripted-spawner.js';
export { VirtualClock } from './testing/virtual-clock.js';
export { VirtualEventLoop } from './testing/virtual-event-loop.js';
export type { VirtualEventLoopOptions } from './testing/virtual-event-loop.js';
export { loopContract } from './testing/loop-contract.js';
export type { LoopCheck, LoopContractOptions, LoopMaker } from './testing/loop-contract.js';
