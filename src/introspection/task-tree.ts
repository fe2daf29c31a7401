/**
 * Snapshots of tasks as trees: below each task the functions it is in, and below the innermost
 * what it waits for. After `python -m asyncio pstree`.
 *
 * A task that several wait for is drawn below each of them.
 */
import { AwaitCycleError } from '../errors.js';
import type { StackFrame } from '../loop/stack-frame.js';
import type { TaskSnapshot, TasksSnapshot } from './capture-tasks.js';
import { toHex } from './identity.js';
import { Indent } from './indent.js';

/** A line of the tree. Frames have their children by label, so that siblings share them. */
interface Branch {
  readonly label: string;
  readonly children: Set<Branch>;
  readonly frames: Map<string, Branch>;
}

/**
 * The tasks of one or more threads as a forest, each tree with the task on top that nobody waits
 * for; empty when there are none. Tasks are marked `(T)`. Lines that stand more than 60 steps in
 * tell so in words, `(3 further in)`.
 *
 * @throws AwaitCycleError when tasks wait for each other in a ring
 */
export function formatTaskTree(...snapshots: readonly TasksSnapshot[]): string {
  const tasks = snapshots.flatMap((snapshot) => snapshot.tasks);
  assertNoCycle(tasks);
  const lines = rootsOf(tasks).flatMap(linesOf);
  return lines.join('\n');
}

function rootsOf(tasks: readonly TaskSnapshot[]): Branch[] {
  const branches = new Map(tasks.map((task) => [task.id, newBranch(`(T) ${task.name}`)]));
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const awaited = new Set<Branch>();
  const awaiterIds = new Set<number>();
  for (const { id, awaitedBy } of tasks) {
    const branch = branches.get(id) as Branch;
    for (const awaiterId of awaitedBy) {
      let awaiter = branches.get(awaiterId);
      if (awaiter === undefined) branches.set(awaiterId, (awaiter = newBranch('(T) Unknown')));
      awaiterIds.add(awaiterId);
      awaited.add(branch);
      innermost(awaiter, byId.get(awaiterId)?.stack ?? []).children.add(branch);
    }
  }
  for (const { id, stack } of tasks) {
    if (!awaiterIds.has(id)) innermost(branches.get(id) as Branch, stack);
  }
  return [...branches.values()].filter((branch) => !awaited.has(branch));
}

function newBranch(label: string): Branch {
  return { label, children: new Set(), frames: new Map() };
}

/** Walks down the frames of a stack, drawing those that are not there yet. */
function innermost(task: Branch, stack: readonly StackFrame[]): Branch {
  let branch = task;
  for (const frame of stack.toReversed()) {
    const label = labelOf(frame);
    let next = branch.frames.get(label);
    if (next === undefined) {
      next = newBranch(label);
      branch.frames.set(label, next);
      branch.children.add(next);
    }
    branch = next;
  }
  return branch;
}

function labelOf({ functionName, file, line }: StackFrame): string {
  // asyncio puts an empty mark before a function, hence the space.
  return file === null ? ` ${functionName}` : ` ${functionName} ${file}:${line}`;
}

function linesOf(root: Branch): string[] {
  const lines: string[] = [];
  const ahead = [{ branch: root, indent: new Indent(), isLast: true }];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { branch, indent, isLast } = next;
    lines.push(`${indent.toString()}${isLast ? '└── ' : '├── '}${branch.label}`);
    const inside = indent.stepIn(isLast ? '    ' : '│   ');
    const lastFirst = [...branch.children].toReversed();
    for (const [index, child] of lastFirst.entries()) {
      ahead.push({ branch: child, indent: inside, isLast: index === 0 });
    }
  }
  return lines;
}

/** @throws AwaitCycleError */
function assertNoCycle(tasks: readonly TaskSnapshot[]): void {
  const cycles = findCycles(tasks);
  if (cycles.length === 0) return;
  const names = new Map(tasks.map(({ id, name }) => [id, name]));
  const texts = cycles.map(
    (cycle) => `cycle: ${cycle.map((id) => names.get(id) ?? toHex(id)).join(' -> ')}`,
  );
  const message = 'await-graph contains cycles - cannot print a tree!';
  throw new AwaitCycleError(`${message}\n\n${texts.join('\n')}`, { cycles });
}

/** Every edge that leads back to a task on the way to it closes one. Awaiters come first. */
function findCycles(tasks: readonly TaskSnapshot[]): number[][] {
  const awaits = awaitsOf(tasks);
  const cycles: number[][] = [];
  const done = new Set<number>();
  const path = new Set<number>();
  const ahead = [...awaits.keys()].toReversed().map((id) => ({ id, isPassed: false }));
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { id, isPassed } = next;
    if (isPassed) {
      path.delete(id);
      done.add(id);
    } else if (path.has(id)) {
      const way = [...path];
      cycles.push([...way.slice(way.indexOf(id)), id]);
    } else if (!done.has(id)) {
      path.add(id);
      ahead.push({ id, isPassed: true });
      for (const each of (awaits.get(id) ?? []).toReversed()) {
        ahead.push({ id: each, isPassed: false });
      }
    }
  }
  return cycles;
}

/** What each task waits for: `awaitedBy` the other way round. */
function awaitsOf(tasks: readonly TaskSnapshot[]): Map<number, number[]> {
  const awaits = new Map<number, number[]>();
  for (const { id, awaitedBy } of tasks) {
    for (const awaiter of awaitedBy) {
      const known = awaits.get(awaiter);
      if (known === undefined) awaits.set(awaiter, [id]);
      else known.push(id);
    }
  }
  return awaits;
}
