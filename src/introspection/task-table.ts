/**
 * Snapshots of tasks as a table, one row for each task and each that waits for it.
 * After `python -m asyncio ps`.
 */
import type { TaskSnapshot, TasksSnapshot } from './capture-tasks.js';
import { toHex } from './identity.js';

/** As wide as asyncio's. Longer texts push what follows to the right: nothing is cut. */
const columns: readonly (readonly [title: string, width: number])[] = [
  ['tid', 10],
  ['task id', 20],
  ['task name', 20],
  ['coroutine stack', 50],
  ['awaiter chain', 50],
  ['awaiter name', 15],
  ['awaiter id', 15],
];

const ruleWidth = 180;

/**
 * The tasks of one or more threads as a table: a head, a rule, and the rows. Stacks read innermost
 * function first. A task that is missing in the snapshots is called `Unknown`.
 */
export function formatTaskTable(...snapshots: readonly TasksSnapshot[]): string {
  const tasks = new Map(snapshots.flatMap((each) => each.tasks.map((task) => [task.id, task])));
  const rows = snapshots.flatMap(({ threadId, tasks: ofThread }) =>
    ofThread.flatMap((task) => rowsOf(threadId, task, tasks)),
  );
  const head = columns.map(([title]) => title);
  return [toLine(head), '-'.repeat(ruleWidth), ...rows.map(toLine)].join('\n');
}

function rowsOf(
  threadId: number,
  task: TaskSnapshot,
  tasks: ReadonlyMap<number, TaskSnapshot>,
): string[][] {
  const cells = [String(threadId), toHex(task.id), task.name, chainOf(task)];
  if (task.awaitedBy.length === 0) return [[...cells, '', '', toHex(0)]];
  return task.awaitedBy.map((id) => {
    const awaiter = tasks.get(id);
    if (awaiter === undefined) return [...cells, '', 'Unknown', toHex(id)];
    return [...cells, chainOf(awaiter), awaiter.name, toHex(id)];
  });
}

function chainOf({ stack }: TaskSnapshot): string {
  return stack.map(({ functionName }) => functionName).join(' -> ');
}

function toLine(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(columns[index]?.[1] ?? 0)).join(' ');
}
