#!/usr/bin/env node
/**
 * The `threadloop` command: where its process starts. Turns errors into one line and an exit code,
 * and leaves the process to end by itself.
 */
import { runCommandLine } from './command-line.js';
import { exitSomeFailed, exitWrongUsage } from './exit-codes.js';
import { say } from './say.js';
import { UsageError } from './usage-error.js';

// Whoever read our messages has gone away (`2>&1 | head`): that must not end the run.
process.stderr.on('error', () => {});

try {
  process.exitCode = await runCommandLine(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    say(error.message);
    process.exitCode = exitWrongUsage;
  } else {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = exitSomeFailed;
  }
}
