// The kinds of loop that the contract is tried on. A new kind of loop joins by a line in `kinds`.

import { BlockingEventLoop, type EventLoop, HostEventLoop } from 'threadloop';
import type { LoopOptions } from 'threadloop/lowlevel';
import { VirtualClock, VirtualEventLoop } from 'threadloop/testing';
import { onTestFinished } from 'vitest';
import { CountingLoop } from './counting-loop.js';
import { PlainLoop } from './plain-loop.js';
import { TurnLoop } from './turn-loop.js';

/** How to make one kind of loop, and what it can do beside what all can. */
export interface LoopKind {
  readonly title: string;
  readonly create: (options?: LoopOptions) => EventLoop;
  /** Whether it takes a clock of somebody else's. */
  readonly takesClock?: boolean;
  /** Whether it can wait for what other threads do. */
  readonly waitsForThreads?: boolean;
  /** Whether native promises go on while it runs, and async functions with them. */
  readonly hasPromises: boolean;
}

/** Ours, and those that extend them. */
export const kinds: readonly LoopKind[] = [
  {
    title: 'a host loop',
    create: (options) => new HostEventLoop(options),
    takesClock: true,
    hasPromises: true,
  },
  {
    title: 'a host loop on a virtual clock',
    create: () => new HostEventLoop({ clock: new VirtualClock({ autojump: true }) }),
    hasPromises: true,
  },
  {
    title: 'a virtual loop',
    create: () => new VirtualEventLoop(),
    hasPromises: true,
  },
  {
    title: 'a blocking loop',
    create: (options) => new BlockingEventLoop(options),
    takesClock: true,
    hasPromises: false,
  },
  {
    title: 'a blocking loop on a virtual clock',
    create: () => new BlockingEventLoop({ clock: new VirtualClock() }),
    // Its clock says at once that nothing will ever happen.
    waitsForThreads: false,
    hasPromises: false,
  },
  {
    title: "somebody else's loop, derived from the host loop",
    create: () => new CountingLoop(),
    hasPromises: true,
  },
  {
    title: "somebody else's loop, derived from the common base",
    create: (options) => new TurnLoop(options),
    hasPromises: true,
  },
];

/** And one that has nothing of ours in it. */
export const allKinds: readonly LoopKind[] = [
  ...kinds,
  {
    title: "somebody else's loop, written from the ground",
    create: () => new PlainLoop(),
    hasPromises: true,
  },
];

/** A fresh loop; closed when the test ends. */
export function createLoop(kind: LoopKind): EventLoop {
  const loop = kind.create();
  onTestFinished(() => loop.close());
  return loop;
}

/** Runs until `stop()`, be the loop one that returns a promise or one that blocks. */
export async function runForever(loop: EventLoop): Promise<void> {
  await loop.runForever();
}

/** As `runUntilComplete`, be it a promise or a plain value that the loop returns. */
export async function runUntilComplete<T>(loop: EventLoop, work: unknown): Promise<T> {
  return (await loop.runUntilComplete(work)) as T;
}
