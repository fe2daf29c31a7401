/**
 * `npm start`: runs the `source-facts` job over every .js and .d.ts file under node_modules, with
 * the built command, and prints what it found. Options go on to the command:
 * `npm start -- --loops 1`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { printReport } from './report.js';

const directory = '.cache';
const out = `${directory}/source-facts.jsonl`;

mkdirSync(directory, { recursive: true });
const { status } = spawnSync(
  process.execPath,
  [
    'dist/src/cli/main.js',
    'map',
    'examples/jobs/source-facts.ts#sourceFacts',
    'node_modules/**/*.{js,d.ts}',
    '--out',
    out,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
// 1 says that some files could not be read; the report names them.
if (status === 0 || status === 1) await printReport(out);
process.exitCode = status ?? 1;
