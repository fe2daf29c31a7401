// A thread among those that share: in one table or two, on a loop that blocks or not.

import { BlockingEventLoop, run, SharedLock } from 'threadloop';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Member } from '#src/shared/member.js';
import { maxThreadCount, ThreadTable } from '#src/shared/thread-table.js';
import { recordConsole } from '../loop/fixtures.js';
import { ParticipantThread } from './participant-threads.js';
import { Participants } from './participants.js';

const work = {
  'on a host loop': (lock: SharedLock) => run(() => lock.run(() => 'held')),
  'on a blocking loop': (lock: SharedLock) => new BlockingEventLoop().runUntilComplete(visit(lock)),
  'in a blocking call'(lock: SharedLock) {
    using _hold = lock.acquireSync();
    return 'held';
  },
};

function* visit(lock: SharedLock) {
  return yield* lock.run(() => 'held');
}

/** Another thread holds the lock for a quarter of a second; as a rule it still does afterwards. */
async function lendOut(lock: SharedLock): Promise<void> {
  await new ParticipantThread({ role: 'lender', handle: lock.handle }).said();
}

test.for(Object.entries(work))('a task %s is woken by another thread', async ([, wait]) => {
  const lock = new SharedLock();
  await lendOut(lock);
  // Rung for, and not found by the look every half second.
  vi.useFakeTimers({ toFake: ['setInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  expect(await wait(lock)).toBe('held');
});

test.for(Object.entries(work))('a task %s is woken in a second table too', async ([, wait]) => {
  const [lock] = new Participants(1).share(new SharedLock(), SharedLock) as [SharedLock];
  await lendOut(lock);
  expect(await wait(lock)).toBe('held');
});

test('an object that nobody has any more is forgotten', async () => {
  const { collectGarbage } = await import('../loop/fixtures.js');
  const [member] = new Participants(1).members as [Member];
  const known = (): boolean => member.known(1) !== undefined;
  member.remember(1, {});
  expect(known()).toBe(true);
  const isKnown = async (): Promise<boolean> => {
    await collectGarbage();
    return known();
  };
  await expect.poll(isKnown).toBe(false);
});

test('a table takes so many threads, and room that they leave is taken again', () => {
  const table = new ThreadTable();
  const members = Array.from({ length: maxThreadCount }, () => new Member(table, 'one of many'));
  expect(() => new Member(table, 'one more')).toThrow('256 threads at one time can');
  expect(table.keep()).toBeNull();
  table.bury((members[7] as Member).life);
  const newcomer = new Member(table, 'newcomer');
  expect(newcomer.row).toBe(7);
  expect(table.nameOf(newcomer.life)).toBe('newcomer');
  expect(table.nameOf((members[7] as Member).life)).toBe('a thread that has ended');
});

test('a row that is kept for a name serves one thread after the other', () => {
  const table = new ThreadTable();
  const row = table.keep() as number;
  const lives = [0, 1].map(() => {
    const { life } = new Member(table, 'loop-1', row);
    table.bury(life);
    return life;
  });
  expect(new Set(lives).size).toBe(2);
  expect(table.keep()).toBe(row + 1);
  table.giveUp(row);
  expect(table.keep()).toBe(row);
});

test('the threads below one that dies die with it', () => {
  const table = new ThreadTable();
  const join = (name: string, threadId: number, parentThreadId: number): number =>
    table.join({ name, threadId, parentThreadId, systemThreadId: 0 });
  const [main, parent, child, other] = [
    join('main', 0, -1),
    join('parent', 1, 0),
    join('child', 2, 1),
    join('other', 3, 0),
  ];
  table.buryThread(1);
  expect([main, parent, child, other].map((life) => table.isAlive(life))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(table.nameOf(parent)).toBe('parent');
});

test('a name that is long is cut between characters', () => {
  const table = new ThreadTable();
  const life = new Member(table, 'ü'.repeat(40)).life;
  expect(table.nameOf(life)).toBe('ü'.repeat(16));
});

test('a thread that the system has no more is buried, whoever tells', async () => {
  const table = new ThreadTable();
  const missing = 2 ** 22 + 1; // More than Linux gives to any thread.
  const join = (name: string, systemThreadId: number): number =>
    table.join({ name, threadId: 0, parentThreadId: -1, systemThreadId });
  const lives = [join('missing', missing), join('unknown', 0), join('present', process.pid)];
  table.buryMissing();
  const isLinux = process.platform === 'linux';
  expect(lives.map((life) => table.isAlive(life))).toEqual([!isLinux, true, true]);
});

test('what goes wrong in a look is reported, and tried again', async () => {
  const reports = recordConsole();
  const [member] = new Participants(1).members as [Member];
  let isBroken = true;
  const place = {
    poll() {
      if (isBroken) throw new Error('not now');
      member.endWaiting(place);
    },
  };
  member.beginWaiting(place);
  member.ring(member.row);
  await expect.poll(() => reports.join('')).toMatch('not now');
  isBroken = false;
  const end = vi.spyOn(member, 'endWaiting');
  member.ring(member.row);
  await expect.poll(() => end).toHaveBeenCalled();
});
