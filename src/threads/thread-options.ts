/**
 * The Node options with which a thread starts: those of this process, as far as a thread takes
 * them. For whoever makes threads.
 */

/** Options that say what the main thread runs; a thread that has a file refuses or repeats them. */
const mainOnly = /^(?:-e|-p|-pe|--eval|--print|-c|--check|-i|--interactive|--test|--watch)$/u;
const mainOnlyWithValue = /^--(?:input-type|test-[a-z-]+|watch-path|watch-preserve-output)(?:=|$)/u;

/** What follows these is no option but code. */
const evaluating = /^(?:-e|-p|-pe|--eval|--print)$/u;

/**
 * The options of this process that a thread may have; `null` for all of them, which Node then
 * passes on by itself. Given one by one, it would refuse those of V8, which hold for all threads.
 */
export function inheritedExecArgv(): string[] | null {
  const { execArgv } = process;
  const isMainOnly = (arg: string, index: number): boolean =>
    mainOnly.test(arg) || mainOnlyWithValue.test(arg) || evaluating.test(execArgv[index - 1] ?? '');
  if (!execArgv.some(isMainOnly)) return null;
  return execArgv.filter((arg, index) => !isMainOnly(arg, index) && isForThreads(arg));
}

/** Options that begin so are V8's or the process's: a thread has them already. */
const ofProcess: readonly string[] = (
  '--max- --min- --stack- --expose- --v8- --jitless --no-opt --harmony --allow-natives ' +
  '--trace-gc --trace-opt --trace-deopt --cpu-prof --heap-prof --title --inspect'
).split(' ');

function isForThreads(arg: string): boolean {
  const name = arg.replaceAll('_', '-');
  return !ofProcess.some((beginning) => name.startsWith(beginning));
}
