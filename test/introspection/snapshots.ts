// Snapshots written by hand, for the tests of tables and trees.

import type { StackFrame, TaskSnapshot, TasksSnapshot } from 'threadloop';

/** What a test says of a task. */
interface Sketch {
  readonly name?: string;
  /** Innermost function first. */
  readonly stack?: readonly string[];
  readonly awaitedBy?: readonly number[];
}

/** The snapshot of one thread; the keys are the ids of the tasks. */
export function sketch(threadId: number, tasks: Readonly<Record<number, Sketch>>): TasksSnapshot {
  return { threadId, tasks: Object.entries(tasks).map(([id, task]) => taskOf(Number(id), task)) };
}

function taskOf(id: number, { name, stack = [], awaitedBy = [] }: Sketch): TaskSnapshot {
  return {
    id,
    name: name ?? `Task-${id}`,
    state: 'pending',
    stack: stack.map(frameOf),
    waitsFor: [],
    awaitedBy,
  };
}

/** Every function stands in a file of its name, in line 7. */
function frameOf(functionName: string): StackFrame {
  const file = `/home/ada/${functionName}.js`;
  return { functionName, file, line: 7, column: 3, kind: 'coroutine' };
}
