// Closes .ci/run: one line per Node, then `N passed, N failed` over all of them.
// Called as `tally.js FOLDER STEP EXIT_CODE` from the script's exit trap, also when a step failed.
// A test file that fails as a whole, an unhandled error, a crash and a failed step count as failures.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [folder, step, exitCode] = process.argv.slice(2);
let passed = 0;
let failed = 0;

for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.exit')) continue;
  const name = basename(file, '.exit');
  const suite = readSuite(name);
  passed += suite.passed;
  failed += suite.failed;
  const skipped = suite.skipped > 0 ? `, ${suite.skipped} skipped` : '';
  console.log(`${name}: ${suite.passed} passed, ${suite.failed} failed${skipped}${suite.note}`);
}
if (step !== 'done' || exitCode !== '0') {
  failed += 1;
  console.log(`stopped at: ${step} (exit code ${exitCode})`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function readSuite(name) {
  const suiteExit = Number(readFileSync(join(folder, `${name}.exit`), 'utf8'));
  const reportPath = join(folder, `${name}.json`);
  if (!existsSync(reportPath)) {
    return { passed: 0, failed: 1, skipped: 0, note: ` (no report, exit code ${suiteExit})` };
  }
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  let suiteFailed = report.numFailedTests + brokenFiles;
  let note = brokenFiles > 0 ? ` (${brokenFiles} of them whole files)` : '';
  if (suiteExit !== 0 && suiteFailed === 0) {
    suiteFailed = 1;
    note = ` (exit code ${suiteExit} although every test passed)`;
  }
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: suiteFailed, skipped, note };
}
