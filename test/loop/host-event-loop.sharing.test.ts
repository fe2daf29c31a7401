// A host loop shares its thread with Node's own loop: neither side starves. These tests are about
// real time, so their loops are on the clock of the host, for some ten milliseconds each.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Coroutine, sleep } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { registry } from '#src/loop/registry.js';
import { hostLoop, nodeTurn } from './fixtures.js';

/** Counts what Node gets done of its own, until it is stopped. */
class NodeAtWork {
  readonly counts = { timeouts: 0, immediates: 0, promises: 0 };
  #isStopped = false;

  constructor() {
    this.#timeouts();
    this.#immediates();
    void this.#promises();
  }

  stop(): void {
    this.#isStopped = true;
  }

  readonly #timeouts = (): void => {
    this.counts.timeouts += 1;
    if (!this.#isStopped) setTimeout(this.#timeouts, 1);
  };

  readonly #immediates = (): void => {
    this.counts.immediates += 1;
    if (!this.#isStopped) setImmediate(this.#immediates);
  };

  async #promises(): Promise<void> {
    while (!this.#isStopped) {
      this.counts.promises += 1;
      // Promises alone would keep Node, and this loop, from everything else.
      await (this.counts.promises % 100 === 0
        ? new Promise((resolve) => void setImmediate(resolve))
        : Promise.resolve());
    }
  }
}

describe('while the loop is busy', () => {
  test('timers, immediates and promises of Node go on, and so does the loop', async () => {
    const loop = hostLoop();
    const node = new NodeAtWork();
    const { counts } = node;
    let count = 0;
    const again = (): void => {
      count += 1;
      const isEnough = counts.timeouts >= 5 && counts.immediates >= 5 && counts.promises >= 500;
      if (isEnough && count >= 1_000) loop.stop();
      else loop.callSoon(again);
    };
    loop.callSoon(again);
    // Whoever starves keeps this run from ending.
    await loop.runForever();
    node.stop();
    expect(count).toBeGreaterThanOrEqual(1_000);
  });

  test('with one huge batch, Node has its turns in the middle of it', async () => {
    const loop = hostLoop();
    const handleCount = 100_000;
    let ranCount = 0;
    for (let count = 0; count < handleCount; count += 1) {
      loop.callSoon(() => {
        ranCount += 1;
        // Some work, so that the batch outlasts its slice on any machine.
        for (let spin = 0; spin < 200; spin += 1) Math.sqrt(spin);
      });
    }
    loop.callSoon(() => loop.stop());
    const turns: number[] = [];
    const onTurn = (): void => {
      turns.push(ranCount);
      if (ranCount < handleCount) setImmediate(onTurn);
    };
    setImmediate(onTurn);
    const inMiddle = new Promise<number>((resolve) => {
      setTimeout(() => resolve(ranCount), 1);
    });
    await loop.runForever();
    expect(ranCount).toBe(handleCount);
    expect(turns.filter((ran) => ran > 0 && ran < handleCount).length).toBeGreaterThan(3);
    expect(await inMiddle).toBeLessThan(handleCount);
  });

  test('with a batch of one slow handle after another, Node comes after each', async () => {
    const loop = hostLoop();
    let immediates = 0;
    const onTurn = (): void => {
      immediates += 1;
      if (loop.isRunning()) setImmediate(onTurn);
    };
    for (let count = 0; count < 10; count += 1) {
      loop.callSoon(() => {
        const endMs = performance.now() + 2;
        while (performance.now() < endMs);
      });
    }
    loop.callSoon(() => loop.stop());
    const running = loop.runForever();
    setImmediate(onTurn);
    await running;
    expect(immediates).toBeGreaterThanOrEqual(10);
  });

  test.for([
    [
      'an async function',
      async (isOver: () => boolean) => {
        while (!isOver()) await sleep(0);
      },
    ],
    [
      'a coroutine',
      function* (isOver: () => boolean): Coroutine<void> {
        while (!isOver()) yield* sleep(0);
      },
    ],
  ] as const)('with %s that never really sleeps, sockets and timers go on', async ([, spin]) => {
    const loop = hostLoop();
    const server = createServer((socket) => void socket.pipe(socket));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let roundTrips = 0;
    let isFired = false;
    const isOver = (): boolean => roundTrips >= 5 && isFired;
    const socket = connect(port, '127.0.0.1', () => void socket.write('x'));
    socket.on('data', () => {
      roundTrips += 1;
      if (roundTrips < 5) socket.write('x');
    });
    loop.callLater(5, () => (isFired = true));
    await loop.runUntilComplete(() => spin(isOver));
    expect(roundTrips).toBe(5);
    await closed(socket);
    await new Promise((resolve) => void server.close(resolve));
  });
});

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

describe('a loop that has been idle for long', () => {
  /** In which order a callback and Node's next turn come, when the callback is scheduled in one. */
  async function orderAfterIdleness(isMessage: boolean): Promise<string[]> {
    const loop = hostLoop();
    const log: string[] = [];
    const chain = (length: number): void => {
      if (length === 0) log.push('callback');
      else loop.callSoon(chain, length - 1);
    };
    const run = loop.runForever();
    await nodeTurn();
    await nodeTurn(); // Now its first tick, which waited for Node, is over.
    const endMs = performance.now() + 2; // Longer than a slice.
    while (performance.now() < endMs);
    // The chain takes no time: on a busy machine it could outlast a slice of its own.
    vi.spyOn(performance, 'now').mockReturnValue(endMs);
    setImmediate(() => {
      if (isMessage) registry.nodeTurnCount += 1;
      chain(20); // The clock is not looked at before each tick.
      setImmediate(() => log.push("Node's next turn"));
    });
    while (log.length < 2) await nodeTurn();
    loop.stop();
    await run;
    return log;
  }

  test('gives Node a turn before, since it cannot know of one', async () => {
    expect(await orderAfterIdleness(false)).toEqual(["Node's next turn", 'callback']);
  });

  test('runs at once what a message brings, which Node has brought', async () => {
    expect(await orderAfterIdleness(true)).toEqual(['callback', "Node's next turn"]);
  });
});
