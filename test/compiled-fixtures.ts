/**
 * Lets threads load the fixtures as JavaScript: a thread of Node 20 that loads TypeScript starts
 * tsx first, which takes five times the work of the thread itself (measured), and most of the
 * suite is threads. How TypeScript loads is the subject of `module-loader.typescript.test.ts`
 * and of the examples.
 *
 * A global set-up in `vitest.config.ts`, and a plugin there that leads the tests to its work.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('..', import.meta.url).href;
const compiled = new URL('.cache/compiled/', root).href;

/** How a test names a fixture: `new URL('./fixtures/name.ts', import.meta.url)`. */
const address =
  /(?<=new URL\(\s*)(?<path>['`][^'`]*fixtures\/[^'`]*)\.ts(?<rest>[^,]*), import\.meta\.url/gu;

/** Vitest calls it before the run. */
// oxlint-disable-next-line import/no-default-export -- Vitest asks for it
export default function compile(): void {
  rmSync(fileURLToPath(compiled), { recursive: true, force: true });
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.fixtures.json'], { stdio: 'inherit' });
}

/** Leads there from the tests, and from the fixtures that these import themselves. */
export const compiledFixtures = {
  name: 'compiled-fixtures',
  enforce: 'pre' as const,
  transform(code: string, id: string): string | undefined {
    const url = pathToFileURL(id).href;
    if (!url.startsWith(`${root}test/`)) return undefined;
    const place = JSON.stringify(url.replace(root, compiled).replace(/\.ts$/u, '.js'));
    return url.includes('/fixtures/')
      ? code.replaceAll('import.meta.url', place)
      : code.replaceAll(address, `$<path>.js$<rest>, ${place}`);
  },
};
