// What became of every cell of the matrix, written to `docs/faults.md` once all of them have run.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deaths, loadFailures } from './deaths.js';
import { kinds, phases } from './kinds.js';
import { peers } from './peers.js';

/** One call, one death, one phase: what came of it, or why there is no such thing. */
export interface Cell {
  readonly phase: string;
  readonly death: string;
  readonly kind: string;
  readonly result?: string;
  readonly reason?: string;
}

const folder = '.cache/faults';
const files = ['matrix', 'portal-calls', 'executor-jobs'];
const kept: Cell[] = [];

/** Takes down what came of a cell. */
export function keepCell(cell: Cell): void {
  kept.push(cell);
}

/** To be called once at the end of each file of the matrix. */
export function keepRows(file: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${file}.json`, JSON.stringify(kept));
  const paths = files.map((each) => `${folder}/${each}.json`);
  if (!paths.every((path) => existsSync(path))) return;
  const cells = paths.flatMap((path) => JSON.parse(readFileSync(path, 'utf8')) as Cell[]);
  if (isWhole(cells)) writeFileSync('docs/faults.md', makePage(cells));
}

const columns = [...kinds.map(({ title }) => title), 'portal call', 'executor job'];
const rowsOf = (phase: string): string[] => [
  ...deaths.map(({ title }) => title),
  ...(phase === 'starting' ? loadFailures.map(({ title }) => title) : []),
];

/** A run of some of the tests leaves the table as it is. */
function isWhole(cells: readonly Cell[]): boolean {
  const count = phases.reduce((sum, phase) => sum + rowsOf(phase).length * columns.length, 0);
  return cells.length === count;
}

const intro = `# Faults

Every kind of call against every way to lose its thread, in every phase of the call. In each cell
the call settled within seconds with what stands there, a call of the same kind that came after
worked (of another portal, since none is replaced), and nothing was left in the books. Written by
the tests in \`test/faults/\`; do not edit.

\`LoopDiedError\` and \`ThreadDiedError\` give the reason: the exit code, what was thrown, whose
time was up. While a coordinator shuts down, "works" means \`CoordinatorClosedError\`.

Throws in timers and unhandled rejections are tried with \`lateErrors: 'die'\`, as Node has them. By
default they are reported to the coordinator, their threads live, and all calls get their answers.
`;

function makePage(cells: readonly Cell[]): string {
  const notes: string[] = [];
  const tables = phases.map((phase) => {
    const rows = rowsOf(phase).map((death) => {
      const results = columns.map((kind) => {
        const cell = cells.find(
          (each) => each.phase === phase && each.death === death && each.kind === kind,
        );
        return cell?.result ?? `– (${noteOf(notes, cell?.reason ?? 'did not run')})`;
      });
      return tableRow([death, ...results]);
    });
    return [`## ${headings[phase]}`, '', tableHead(['the end', ...columns]), ...rows].join('\n');
  });
  const numbered = notes.map((note, index) => `${index + 1}. ${note}`).join('\n');
  const absent = `## What there is no such thing as\n\n${numbered}`;
  return [intro, ...tables, absent, peers].join('\n\n').replace(/\n{3,}/gu, '\n\n');
}

const headings = {
  starting: 'While its module loads',
  queued: 'While it waits for its turn',
  running: 'While it runs',
  answering: 'While its answer leaves',
  'shutting down': 'While it runs, and its coordinator or executor shuts down',
} as const;

function noteOf(notes: string[], note: string): number {
  if (!notes.includes(note)) notes.push(note);
  return notes.indexOf(note) + 1;
}

function tableHead(cells: readonly string[]): string {
  return [tableRow(cells), tableRow(cells.map(() => '---'))].join('\n');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
