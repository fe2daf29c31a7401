// Several participants in one thread: members of a table of their own, which live and die as the
// test says. To what they share they are threads like any other.

import type { Coroutine, EventLoop, Operation, SharedHandle, Task } from 'threadloop';
import { Member } from '#src/shared/member.js';
import { ThreadTable } from '#src/shared/thread-table.js';
import { virtualLoop } from '../loop/fixtures.js';

/** Members named `a`, `b`, `c` …, and a handle that points to their table. */
export class Participants {
  readonly table: ThreadTable = new ThreadTable();
  readonly members: readonly Member[];

  constructor(count: number) {
    this.members = Array.from({ length: count }, (_, index) => {
      return new Member(this.table, String.fromCodePoint(97 + index));
    });
  }

  /** The same object once for each member. */
  share<T extends { readonly handle: SharedHandle }>(
    object: T,
    sharedClass: { from(handle: SharedHandle, member: Member): unknown },
  ): T[] {
    return this.members.map((member) => sharedClass.from(object.handle, member) as T);
  }

  /** As when the thread's `exit` event comes. */
  kill(index: number): void {
    const member = this.members[index];
    if (member !== undefined) this.table.bury(member.life);
  }
}

/** Runs a coroutine on a loop whose time jumps. */
export async function play<T>(main: (loop: EventLoop) => Coroutine<T>): Promise<T> {
  const loop = virtualLoop();
  return await loop.runUntilComplete(main(loop));
}

/** Runs an operation in a task of its own. */
export function start<T>(loop: EventLoop, operation: Operation<T>): Task<T> {
  return loop.createTask(operation[Symbol.iterator]());
}
