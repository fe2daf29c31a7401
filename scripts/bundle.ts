/**
 * The second half of `npm run build`: tsc has written the types into dist/, this bundles the code.
 *
 * A thread loads all of its code anew, and Node takes 0.6 ms for every module, whatever is in it:
 * a thread's 153 modules took 100 ms and 8 MB. As one chunk they take a third, and as a script
 * that is compiled once for all threads a third of that (measured: `bench/life/start-up.ts`,
 * `memory-per-loop.ts`).
 *
 * Every source file keeps its place in dist/, where it re-exports what is its own from the chunk
 * that holds it. So the doors, the files in which threads start and the modules that are reached by
 * their addresses are where they are looked for, and whoever imports them gets the same classes.
 */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import type { InputOptions, Plugin } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';
import { globSync } from 'tinyglobby';
import manifest from '../package.json' with { type: 'json' };
import { chunkScripts } from './chunk-scripts.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const chunkFolder = 'src/chunks';
const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/**
 * The chunks: each holds these modules with whatever they need, but for what stands in one above.
 * So the first is all that a thread loads, and each door adds what only it has.
 */
const chunks = {
  thread: ['threads/worker.ts'],
  everyday: ['index.ts'],
  trio: ['trio.ts'],
  lowlevel: ['lowlevel.ts'],
  testing: ['testing.ts'],
  comlink: ['comlink.ts'],
  bridges: ['bridges/awaited.ts', 'bridges/far-call.ts'],
  effect: ['effect.ts'],
  effection: ['effection.ts'],
  rxjs: ['rxjs.ts'],
  job: ['cli/run-one.ts'],
  cli: ['cli/main.ts'],
};

/** Modules address files beside them, and their code stands in another folder than they. */
const addresses: Plugin = {
  name: 'addresses',
  transform: {
    filter: { code: 'import.meta.url' },
    handler(code, id) {
      const chunk = join(root, chunkFolder);
      const own = relative(chunk, id).replaceAll('\\', '/').replace(/\.ts$/u, '.js');
      const places: number[] = [];
      const isUrl = 'import.meta.url';
      new Visitor({
        MemberExpression: ({ start, end }) => {
          if (code.slice(start, end) === isUrl) places.unshift(start);
        },
      }).visit(parseSync(id, code).program);
      let moved = code;
      for (const start of places) {
        const url = `new URL('${own}', ${isUrl}).href`;
        moved = moved.slice(0, start) + url + moved.slice(start + isUrl.length);
      }
      // No map: the lines stay where they are.
      return { code: moved, map: null };
    },
  },
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type === 'asset' || file.fileName.startsWith(chunkFolder)) continue;
      if (file.code.includes('import.meta.url')) {
        throw new Error(`${file.fileName} is in no chunk, from where its addresses are read`);
      }
    }
  },
};

/** What runs before any chunk. */
const loader: Plugin = {
  name: 'loader',
  resolveId: {
    filter: { id: /\/chunks\/load\.js$/u },
    handler: () => ({ id: join(root, chunkFolder, 'load.cjs'), external: 'relative' }),
  },
};

const inputs = (files: readonly string[]): Record<string, string> =>
  Object.fromEntries(files.map((file) => [file.replace(/\.ts$/u, ''), file]));

const starters = ['src/chunks/load.ts', 'workers/loop.ts'];
const sources = globSync(['src/**/*.ts', 'workers/*.ts'], { cwd: root, ignore: starters });

const common = {
  cwd: root,
  external: [/^node:/u, ...packages.map((name) => new RegExp(`^${name}(?:/|$)`, 'u'))],
  platform: 'node',
  logLevel: 'warn',
  tsconfig: 'tsconfig.json',
  // What this Node does not know is rewritten; where that takes a helper, the build fails.
  transform: { target: 'node20.19' },
  treeshake: false,
} satisfies InputOptions;

await build({
  ...common,
  input: inputs(starters),
  output: {
    dir: 'dist',
    format: 'cjs',
    sourcemap: true,
    comments: false,
    entryFileNames: '[name].cjs',
    exports: 'named',
  },
});

await build({
  ...common,
  input: inputs(sources),
  plugins: [addresses, loader, chunkScripts(chunkFolder, ['thread', 'everyday'])],
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    comments: false,
    // Of two classes of one name, one gets another in a chunk; objects print with their own.
    keepNames: true,
    minifyInternalExports: false,
    chunkFileNames: `${chunkFolder}/[name].js`,
    codeSplitting: {
      groups: Object.entries(chunks).map(([name, files], index, all) => ({
        name,
        test: (id) => files.some((file) => id === join(root, 'src', file)),
        priority: all.length - index,
      })),
    },
  },
});
