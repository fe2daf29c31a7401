// How the tests run: against the built package, each file in a process of its own.
// `threadloop` and `#src/*` lead to dist/, which Node itself loads and nothing transforms, so that
// thread entry files are real files and the tests share one module instance with the library.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { compiledFixtures } from './test/compiled-fixtures.js';

const dist = fileURLToPath(new URL('./dist/', import.meta.url));
const asPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

export default defineConfig({
  // Tests run untouched on the oldest Node too, so `using` is rewritten for it.
  oxc: { target: 'node20' },
  plugins: [compiledFixtures],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/leaks.ts'],
    globalSetup: ['test/compiled-fixtures.ts', 'test/conformance/write-table.ts'],
    server: { deps: { external: [new RegExp(`^(file://)?${asPattern(dist)}`)] } },
    // Forks, not threads: threads are the subject, and a test may end the process it runs in.
    pool: 'forks',
    // Other work on the machine may be in the way.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A rejection that nobody awaited fails the run even when every test passed.
    dangerouslyIgnoreUnhandledErrors: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
