/**
 * The command line: commands, options and help, with commander.
 *
 * Reads texts and nothing more; `map-options.ts` gives them their meaning.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { exitOk } from './exit-codes.js';
import { runMap } from './map-command.js';
import { toMapOptions } from './map-options.js';
import type { RawMapOptions } from './map-options.js';
import { UsageError } from './usage-error.js';

const mapExamples = `
MODULE is a .js or .ts file, from the current directory. Without #export it is the default export,
or the only function that the module exports. The function gets one input and gives the value; it
may be plain, async (a second parameter gets an AbortSignal), or a generator function (a coroutine).

Each answer is one line of JSON:
  {"input":"a.ts","value":{"lines":120},"ms":1.52,"loop":"loop-1"}
  {"input":"b.ts","error":{"name":"Error","message":"...","stack":"..."},"ms":0.31,"loop":"loop-2"}
undefined becomes null; a value that JSON cannot hold (a BigInt, a circle, a function) is an error.
What the function prints goes to standard error.

Examples:
  $ threadloop map hash.ts 'src/**/*.ts' --out hashes.jsonl
  $ threadloop map jobs.js#resize 'photos/*.jpg' '!photos/tmp*' --loops 4 --timeout 30s --retries 2
  $ threadloop map fetch.ts#page --lines urls.txt --concurrency 64 --out pages.jsonl --resume
  $ zcat events.gz | threadloop map score.js - --json --unordered | jq .value
  $ threadloop map primes.js --range 1:1000

Exit codes: 0 all well; 1 some inputs failed; 2 wrong usage, nothing ran (or an input that cannot be
read, where it came); 130 ended by Ctrl-C; 141 the reader of standard output went away; 143 ended by
SIGTERM.`;

/**
 * Runs the command that the arguments ask for.
 *
 * @param argv - without Node and the script
 * @returns the exit code
 * @throws UsageError when the arguments are wrong
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode = exitOk;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end the same way as errors do.
    if (error.exitCode !== 0) throw asUsageError(error);
  }
  return exitCode;
}

function createProgram(onExitCode: (code: number) => void): Command {
  const program = new Command('threadloop')
    .description('Runs functions of JavaScript and TypeScript modules on several event loops.')
    .version(readVersion())
    .exitOverride()
    // Errors are printed in one place, with all others.
    .configureOutput({ outputError: () => {} });
  program
    .command('map')
    .summary('run one function over many inputs')
    .description('Runs one function over many inputs on several loops; an answer is a JSON line.')
    .argument('<MODULE[#export]>', 'the function')
    .argument('[GLOB...]', `files as inputs, by path; '!GLOB' leaves some out; - as --lines -`)
    .option('--lines <FILE>', 'lines as inputs; - for standard input')
    .option('--json', 'with lines: parse each as JSON')
    .option('--range <A:B>', 'integers as inputs, from A up to but not including B')
    .option('--loops <N>', 'event loops, each in a thread (default: what the machine offers)')
    .option('--concurrency <N>', 'inputs worked on at once, over all loops (default: one per loop)')
    .option('--out <FILE>', 'where answers go (default: standard output)')
    .option('--resume', 'with --out: keep its answers, and skip their inputs; failed ones too')
    .option('--unordered', 'write answers as they come, not in the order of the inputs')
    .option(
      '--timeout <TIME>',
      'for each input, from its start: 500, 500ms, 2s, 1m (default: none)',
    )
    .option('--retries <N>', 'try a failed input again, so many times (default: 0)')
    .option('--fail-fast', 'end the run at the first input that fails')
    .option('--quiet', 'no progress and no summary')
    .addHelpText('after', mapExamples)
    .action(async (module: string, patterns: string[], raw: RawMapOptions) => {
      onExitCode(await runMap(toMapOptions(module, patterns, raw)));
    });
  return program;
}

function asUsageError(error: CommanderError): UsageError {
  // Without any command, commander has printed its help already.
  if (error.code === 'commander.help') return new UsageError('no command given', { cause: error });
  const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return new UsageError(`${message}; see threadloop map --help`, { cause: error });
}

function readVersion(): string {
  // From dist/src/cli.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
