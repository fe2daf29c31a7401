// Threads that call each other at random while they are killed at random: for a test of seconds,
// and for `npm run soak`.

import { type Coordinator, getLoop, LoopDiedError, remoteModule } from 'threadloop';
import type { Books } from './fixtures/havoc.js';
import { makeRandom } from './fixtures/random.js';

const havoc = remoteModule<typeof import('./fixtures/havoc.js')>(
  new URL('./fixtures/havoc.ts', import.meta.url),
);

/** Calls of one order: what is done again when its sender dies. */
const callsPerOrder = 200;

/** Between two deaths, on the average: about what it takes a busy machine to start a thread. */
const msPerDeath = 300;

/** How wild it is to be. */
export interface ChaosOptions {
  readonly seed: number;
  /** Calls of all threads together. Those of a sender that dies are made once more. */
  readonly callCount: number;
  /** How many threads are killed, at most: none any more when all calls have settled. */
  readonly deathCount: number;
}

/** What came of it. */
export interface Chaos {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly complaints: readonly string[];
  readonly deathCount: number;
}

/** Lets all loops of a coordinator and main loose on each other, and kills some meanwhile. */
export async function wreakChaos(coordinator: Coordinator, options: ChaosOptions): Promise<Chaos> {
  const random = makeRandom(options.seed);
  const targets = ['main', ...coordinator.loops.map(({ name }) => name)];
  const outcomes: Record<string, number> = {};
  const complaints: string[] = [];
  let isOver = false;
  let orderCount = 0;
  const send = async (name: string): Promise<void> => {
    const orders = Math.ceil(options.callCount / targets.length / callsPerOrder);
    for (let done = 0; done < orders;) {
      orderCount += 1;
      const seed = options.seed + orderCount;
      const sender = `${name} ${seed}`;
      const order = { seed, sender, targets, callCount: callsPerOrder };
      try {
        const books: Books = await getLoop(name).runCoroutineThreadsafe(havoc.wreak, order);
        for (const [outcome, count] of Object.entries(books.outcomes)) {
          outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
        }
        complaints.push(...books.complaints.map((each) => `${sender}: ${each}`));
        done += 1;
      } catch (error) {
        if (!(error instanceof LoopDiedError)) throw error;
      }
    }
  };
  const kill = async (): Promise<number> => {
    let deathCount = 0;
    while (deathCount < options.deathCount) {
      await new Promise((resolve) => void setTimeout(resolve, 2 * random() * msPerDeath));
      if (isOver) break;
      const victim = targets[1 + Math.floor(random() * coordinator.loops.length)] as string;
      coordinator.restart(victim, 'chaos');
      deathCount += 1;
    }
    return deathCount;
  };
  const killing = kill();
  try {
    await Promise.all(targets.map(send));
  } finally {
    isOver = true;
  }
  return { outcomes, complaints: complaints.slice(0, 10), deathCount: await killing };
}
