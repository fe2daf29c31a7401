/**
 * The benchmark's entry, compiled: start.js comes before it. Reads the options and does as they
 * say; an error is its message alone, and exit code 1.
 */
import { help, readOptions } from './command-line.js';
import { compare } from './compare.js';
import { measure } from './measure.js';
import { loadRows } from './rows.js';

async function list(only: string): Promise<void> {
  for (const { id, title, contenders } of await loadRows(only)) {
    console.log(`${id}: ${title}\n  ${Object.keys(contenders).join(' · ')}`);
  }
}

// What was made for a comparison is removed on the way out.
process.once('SIGINT', () => process.exit(130));

try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(help);
  else if (options.wantsList) await list(options.only);
  else if (options.compare !== null) await compare(options, ...options.compare);
  else await measure(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
