// A scoreboard: it lives in the thread that opens it, and any thread may use it through a proxy.
// An ordinary class; what makes it shared is the one line in openScoreboard().

import { expose, getEventLoop, getLoop } from 'threadloop';

/** The object that is shared: an ordinary class. */
export class Scoreboard {
  readonly home: string = getEventLoop().name;
  readonly #scores = new Map<string, number>();
  readonly #watchers: ((line: string) => unknown)[] = [];

  get leader(): string {
    const [first] = [...this.#scores].toSorted(([, a], [, b]) => b - a);
    return first?.[0] ?? 'nobody';
  }

  async add(player: string, points: number): Promise<number> {
    if (points < 1) throw new RangeError(`${points} points are no points`);
    const score = (this.#scores.get(player) ?? 0) + points;
    this.#scores.set(player, score);
    // A watcher of another thread is itself a proxy, so calling it gives a promise.
    for (const watcher of this.#watchers) await watcher(`${player}: ${score}`);
    return score;
  }

  watch(watcher: (line: string) => unknown): void {
    this.#watchers.push(watcher);
  }
}

/** Opens a scoreboard in the thread where it is called. */
export function openScoreboard(): void {
  expose('scoreboard', new Scoreboard());
}

/** A player in some other thread; asks that loop directly, not by way of main. */
export async function play(home: string, player: string): Promise<number> {
  using scoreboard = getLoop(home).proxy<Scoreboard>('scoreboard');
  await scoreboard.add(player, 3);
  return await scoreboard.add(player, 4);
}
