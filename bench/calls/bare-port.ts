/**
 * The limit of the machine: a message there and one back over a port, where both threads look at a
 * shared word all the time instead of sleeping. Either from `setImmediate`, so that Node goes on
 * around it, or in an endless loop, which nobody could live with. Both sides.
 */
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import type { Call } from './contenders.js';

interface FarSide {
  readonly port: MessagePort;
  /** How many messages each side has sent: the near one, then the far one. */
  readonly words: Int32Array;
  readonly isSpinning: boolean;
}

const [near, far] = [0, 1];

function startFarSide(isSpinning: boolean): Omit<FarSide, 'isSpinning'> {
  const { port1, port2 } = new MessageChannel();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const barePort: FarSide = { port: port2, words, isSpinning };
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { barePort },
    transferList: [port2],
  });
  worker.unref();
  return { port: port1, words };
}

function send(port: MessagePort, words: Int32Array, side: number, value: number): void {
  port.postMessage(value);
  Atomics.add(words, side, 1);
}

function take(port: MessagePort): number {
  return (receiveMessageOnPort(port) as { message: number }).message;
}

/** Looks from `setImmediate`. */
export function startPolledPort(): Call {
  const { port, words } = startFarSide(false);
  let seenCount = 0;
  return (value) =>
    new Promise((resolve) => {
      send(port, words, near, value);
      const look = (): void => {
        if (Atomics.load(words, far) === seenCount) {
          setImmediate(look);
          return;
        }
        seenCount += 1;
        resolve(take(port));
      };
      setImmediate(look);
    });
}

/** Does nothing but look. */
export function startSpunPort(): (value: number) => number {
  const { port, words } = startFarSide(true);
  let seenCount = 0;
  return (value) => {
    send(port, words, near, value);
    while (Atomics.load(words, far) === seenCount);
    seenCount += 1;
    return take(port);
  };
}

function serve({ port, words, isSpinning }: FarSide): void {
  let seenCount = 0;
  const look = (): void => {
    do {
      if (Atomics.load(words, near) === seenCount) continue;
      seenCount += 1;
      send(port, words, far, take(port) + 1);
    } while (isSpinning);
    setImmediate(look);
  };
  look();
}

if (!isMainThread) {
  const { barePort } = workerData as { readonly barePort?: FarSide };
  if (barePort !== undefined) serve(barePort);
}
