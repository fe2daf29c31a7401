/** Samples in docs/ are pieces of files that run. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Files from which the pages take their samples. */
const sources = [
  'examples/08-pipeline.ts',
  'examples/10-progress.ts',
  'examples/11-blocking-portal.ts',
  'examples/14-supervised-worker.ts',
  'examples/15-shared-lock.ts',
  'examples/17-cancel-and-time.ts',
  'examples/23-nursery-across-threads.ts',
  'examples/30-custom-loop.ts',
  'examples/31-attach-loop.ts',
  'examples/tasks/joins-by-itself.js',
  'examples/loops/priority-loop.ts',
  'test/contract/custom-loop.test.ts',
  'examples/32-rxjs.ts',
  'examples/33-effect.ts',
  'examples/34-effection.ts',
  'examples/35-crossings.ts',
  'examples/tasks/ledger.ts',
  'examples/docs/pass-the-signal.ts',
  'test/scheduling/background-index.ts',
  'examples/tasks/scoreboard.ts',
];

function samplesOf(page: string): string[] {
  const text = readFileSync(`docs/${page}`, 'utf8');
  return [...text.matchAll(/```[jt]s\n(?<code>.*?)```/gsu)].map((match) => match[1] ?? '');
}

test.each(readdirSync('docs').filter((name) => name.endsWith('.md')))(
  'every sample in docs/%s is a piece of a file that runs',
  (page) => {
    const files = sources.map((file) => readFileSync(file, 'utf8'));
    for (const sample of samplesOf(page)) {
      expect(files.filter((file) => file.includes(sample.trim()))).toHaveLength(1);
    }
  },
);

test('the sample with a signal prints what its page says', () => {
  const program = 'examples/docs/pass-the-signal.ts';
  const printed = execFileSync(process.execPath, ['--import', 'tsx', program], {
    encoding: 'utf8',
  });
  expect(printed).toBe('hello\n');
});
