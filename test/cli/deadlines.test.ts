// Time of an input: from its start to its cancel, and from its cancel to the end of patience.

import { beforeEach, expect, test } from 'vitest';
import { cancelGraceMs, checkDeadlines, type TimedFlight } from '#src/cli/deadlines.js';
import { sharedNowMs, TicketBoard } from '#src/cli/ticket-board.js';

let board = TicketBoard.withCapacity(2);
let nowMs = 0;
const flight = (ticket: number): TimedFlight => ({ ticket, cancelledAtMs: undefined });

beforeEach(() => {
  board = TicketBoard.withCapacity(2);
  board.queue(0);
  board.queue(1);
  board.tryStart(0);
  nowMs = board.startedAtMs(0);
});

test('the time of an input counts from its start', () => {
  const [started, queued] = [flight(0), flight(1)];
  const early = checkDeadlines([started, queued], board, 100, nowMs + 99);
  expect(early).toEqual({ overdue: [], stuck: [], nextCheckMs: 1 });
  const late = checkDeadlines([started, queued], board, 100, nowMs + 100);
  expect(late.overdue).toEqual([started]);
  expect(late.stuck).toEqual([]);
  expect(started.cancelledAtMs).toBe(nowMs + 100);
});

test('an input that has not started cannot be due before its whole time', () => {
  expect(checkDeadlines([flight(1)], board, 100, nowMs + 5000).nextCheckMs).toBe(100);
});

test('a cancelled input is overdue once, and stuck after the grace', () => {
  const started = flight(0);
  checkDeadlines([started], board, 100, nowMs + 100);
  const waiting = checkDeadlines([started], board, 100, nowMs + 100 + cancelGraceMs - 1);
  expect(waiting).toEqual({ overdue: [], stuck: [], nextCheckMs: 1 });
  const after = checkDeadlines([started], board, 100, nowMs + 100 + cancelGraceMs);
  expect(after.stuck).toEqual([started]);
});

test('a cancelled input that has ended is not stuck', () => {
  const started = flight(0);
  checkDeadlines([started], board, 100, nowMs + 100);
  board.finish(0);
  expect(checkDeadlines([started], board, 100, nowMs + 9999).stuck).toEqual([]);
});

test('with nothing on the loop there is no need to look again', () => {
  expect(checkDeadlines([], board, 100, sharedNowMs()).nextCheckMs).toBe(Infinity);
});
