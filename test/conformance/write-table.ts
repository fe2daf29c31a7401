/**
 * Writes `docs/conformance.md` from what the scenario files left behind, when the run has ended.
 *
 * A run of single files keeps the rows of the others from the runs before. While those of any file
 * are missing nothing is written: the table is always whole. Registered as a global set-up in
 * `vitest.config.ts`.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ScenarioRow } from './scenario.js';

const rowsFolder = '.cache/conformance';
const table = 'docs/conformance.md';

const intro = `# Conformance

Every listed scenario of asyncio's behaviour (A-…) and of AnyIO's threads (P-…), as a test over
the kinds of loop that it applies to: a \`HostEventLoop\`, a \`VirtualEventLoop\`
and a \`BlockingEventLoop\`; and of Trio's (T-…), in both kinds of task.
Written by the test suite; do not edit.

`;

/** Vitest calls it before the run; what it returns, after the run. */
// oxlint-disable-next-line import/no-default-export -- Vitest asks for it
export default function setup(): () => void {
  return () => {
    const files = filesOfScenarios().map((name) => `${rowsFolder}/${name}.json`);
    if (!files.every((file) => existsSync(file))) return;
    const rows = files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as ScenarioRow[]);
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    const lines = rows.map(
      ({ id, title, ran, reasons }) => `| ${id} | ${title} | ${resultOf(ran, reasons)} |`,
    );
    const head = ['| scenario | | result |', '|---|---|---|'];
    writeFileSync(table, `${intro}${[...head, ...lines].join('\n')}\n`);
  };
}

/** The names by which test files keep their rows. */
function filesOfScenarios(): string[] {
  const paths = readdirSync('test', { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => [...readFileSync(`test/${path}`, 'utf8').matchAll(/^keepRows\('(.+)'\);/gm)])
    .map((match) => String(match[1]));
}

function resultOf(ran: readonly string[], reasons: Readonly<Record<string, string>>): string {
  const passes = ran.length > 0 ? [`passes on ${[...ran].sort().join(', ')}`] : [];
  const others = Object.entries(reasons).map(([kind, reason]) =>
    kind === 'all' ? `does not apply: ${reason}` : `not on ${kind}: ${reason}`,
  );
  return [...passes, ...others].join('; ');
}
