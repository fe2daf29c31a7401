/**
 * Whose fault it is that a thread died.
 *
 * Only an input whose function had been called and had not ended can have done it. A sole one is
 * guilty. Of several, nobody can tell which; they become suspects, and each is tried again alone.
 * When it was us who ended the thread, we knew for whom, or knew only that it was stuck.
 */
import { ticketStates } from './ticket-board.js';
import type { TicketState } from './ticket-board.js';

/** Inputs of a dead thread, parted. */
export interface Verdict<T> {
  /** Answered with the error. */
  readonly guilty: readonly T[];
  /** Run again, each alone on its loop. */
  readonly suspects: readonly T[];
  /** Run again like any other: not started, finished with the answer lost, or beside the guilty. */
  readonly innocent: readonly T[];
}

/**
 * Parts the inputs that a dead thread held. Those that were taken back before belong elsewhere and
 * are left out.
 *
 * @param flights - each with the state of its ticket
 * @param convicted - for whom we ended the thread: none when it was stuck and nobody knows on
 *   which; `undefined` when it died by itself
 */
export function blame<T>(
  flights: ReadonlyArray<readonly [flight: T, state: TicketState]>,
  convicted?: ReadonlySet<T>,
): Verdict<T> {
  const held = flights.filter(([, state]) => state !== ticketStates.revoked);
  const running = new Set<T>();
  for (const [flight, state] of held) if (state === ticketStates.running) running.add(flight);
  const known = convicted ?? (running.size === 1 ? running : new Set<T>());
  const [guilty, suspects, innocent]: [T[], T[], T[]] = [[], [], []];
  for (const [flight] of held) {
    if (known.has(flight)) guilty.push(flight);
    else if (known.size === 0 && running.has(flight)) suspects.push(flight);
    else innocent.push(flight);
  }
  return { guilty, suspects, innocent };
}
