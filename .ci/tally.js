// Closes .ci/run: what failed, one line per Node, then `N passed, N failed` over all of them.
// Called as `tally.js FOLDER STEP EXIT_CODE` from the script's exit trap, also when a step failed.
// A test file that fails as a whole, an unhandled error, a crash and a failed step count as failures.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** So much of each failure is shown here, where the end of a log is seen first. */
const maxLines = 12;

const [folder, step, exitCode] = process.argv.slice(2);
const lines = [];
let passed = 0;
let failed = 0;

for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.exit')) continue;
  const name = basename(file, '.exit');
  const suite = readSuite(name);
  passed += suite.passed;
  failed += suite.failed;
  const skipped = suite.skipped > 0 ? `, ${suite.skipped} skipped` : '';
  lines.push(`${name}: ${suite.passed} passed, ${suite.failed} failed${skipped}${suite.note}`);
}
if (step !== 'done' || exitCode !== '0') {
  failed += 1;
  lines.push(`stopped at: ${step} (exit code ${exitCode})`);
}
lines.push(`${passed} passed, ${failed} failed`);
console.log(lines.join('\n'));
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function readSuite(name) {
  const suiteExit = Number(readFileSync(join(folder, `${name}.exit`), 'utf8'));
  const reportPath = join(folder, `${name}.json`);
  if (!existsSync(reportPath)) {
    return { passed: 0, failed: 1, skipped: 0, note: ` (no report, exit code ${suiteExit})` };
  }
  const report = JSON.parse(readFileSync(reportPath, 'utf8'));
  tellFailures(name, report);
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

function tellFailures(suite, { testResults }) {
  for (const { name, status, message, assertionResults } of testResults) {
    if (status !== 'failed') continue;
    const tests = assertionResults.filter((test) => test.status === 'failed');
    const whole = { fullName: 'the whole file', failureMessages: [message] };
    for (const { fullName, failureMessages } of tests.length > 0 ? tests : [whole]) {
      const text = stripVTControlCharacters(failureMessages.join('\n')).split('\n');
      const ours = text.filter((line) => !line.includes('node_modules'));
      console.log(`\nFAILED on ${suite}: ${relative('.', name)} > ${fullName}`);
      console.log(ours.slice(0, maxLines).join('\n'));
    }
  }
}
