/**
 * Keeps loops from idling while calls wait elsewhere: those that a busy loop has not started go
 * over to one that has run dry.
 *
 * Runs on the coordinator's thread, and needs no help of the busy one: whether a call has started
 * is agreed by its shared word. The newest calls are taken, which would have waited longest.
 */
import type { RemoteCall } from '../threads/remote-call.js';
import type { SupervisedLoop } from './supervised-loop.js';

/** So many calls under way keep a loop busy while more are brought. A guess, safe to change. */
const runDryCount = 1;

/** As calls start in order, so many that have started say the same of those before them. */
const maxStartedCount = 8;

/** Below this many entries a list is not searched for ended calls. A guess, safe to change. */
const minCountForPrune = 64;

/** Moves calls that were submitted to no loop in particular. */
export class Balancer {
  /** By loop, the calls that may move, oldest first; some have ended meanwhile. */
  readonly #calls = new WeakMap<SupervisedLoop, RemoteCall<unknown>[]>();
  /** Those that are to be looked at in Node's next turn. */
  readonly #dry = new Set<SupervisedLoop>();

  /** Sends a call to a loop, and may move it later. */
  send(call: RemoteCall<unknown>, loop: SupervisedLoop): void {
    loop.peer.send(call);
    if (!call.isMovable) return;
    const calls = this.#callsOf(loop);
    calls.push(call);
    if (calls.length < minCountForPrune || calls.length < loop.peer.pendingCount * 2) return;
    this.#calls.set(
      loop,
      calls.filter((each) => !each.done()),
    );
  }

  /** A loop has fewer calls than before: it may have run dry. */
  onAnswer(loop: SupervisedLoop, loops: readonly SupervisedLoop[]): void {
    // Nobody else has calls to give: a look for them would cost a lone caller 1 µs each time.
    if (loops.length === 1) return;
    if (loop.peer.pendingCount > runDryCount || this.#dry.has(loop)) return;
    this.#dry.add(loop);
    // Whoever waited for the answers may make the next calls before that.
    setImmediate(() => {
      this.#dry.delete(loop);
      this.#feed(loop, loops);
    });
  }

  /** Brings a loop some of the busiest one's calls, if it needs any. */
  #feed(loop: SupervisedLoop, loops: readonly SupervisedLoop[]): void {
    if (loop.state !== 'ready' || loop.peer.pendingCount > runDryCount) return;
    let busiest = loop;
    for (const each of loops) {
      if (each.peer.pendingCount > busiest.peer.pendingCount) busiest = each;
    }
    const surplus = busiest.peer.pendingCount - loop.peer.pendingCount;
    if (surplus > 1) this.#move(busiest, loop, Math.floor(surplus / 2));
  }

  #move(from: SupervisedLoop, to: SupervisedLoop, maxCount: number): void {
    const calls = this.#callsOf(from);
    const moved: RemoteCall<unknown>[] = [];
    const started: RemoteCall<unknown>[] = [];
    while (moved.length < maxCount && started.length < maxStartedCount) {
      const call = calls.pop();
      if (call === undefined) break;
      if (call.takeBack()) moved.push(call);
      else if (!call.done()) started.push(call);
    }
    calls.push(...started.toReversed());
    for (const call of moved.toReversed()) {
      try {
        this.send(call, to);
      } catch (refusal) {
        call.setException(refusal);
      }
    }
  }

  #callsOf(loop: SupervisedLoop): RemoteCall<unknown>[] {
    let calls = this.#calls.get(loop);
    if (calls === undefined) this.#calls.set(loop, (calls = []));
    return calls;
  }
}
