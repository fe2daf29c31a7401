/**
 * Makes CommonJS of some chunks, for `src/chunks/load.ts` to load, and leaves modules in their
 * places that export the same: whoever imports such a chunk notices nothing.
 *
 * It knows the chunks that rolldown writes, and fails at what none of them had so far.
 */
import type { OutputBundle, OutputChunk, Plugin } from 'rolldown';
import { parseSync, Visitor } from 'rolldown/utils';

/** Helpers that the bundler adds. Each script has them in itself: a file costs 0.5 ms a thread. */
const runtime = 'rolldown-runtime';

/** @param names - of the chunks in `folder` */
export function chunkScripts(folder: string, names: readonly string[]): Plugin {
  return {
    name: 'chunk-scripts',
    generateBundle(_options, bundle) {
      const helpers = helpersOf(chunkIn(bundle, `${folder}/${runtime}.js`).code);
      for (const name of names) {
        const file = `${folder}/${name}.js`;
        const chunk = chunkIn(bundle, file);
        const map = bundle[`${file}.map`];
        if (map?.type !== 'asset') throw new Error(`there is no map of ${file}`);
        const fileName = file.replace(/\.js$/u, '.cjs');
        const source = asScript(file, chunk.code, helpers);
        this.emitFile({ type: 'asset', fileName, source });
        // The lines stay where they are.
        this.emitFile({ type: 'asset', fileName: `${fileName}.map`, source: map.source });
        delete bundle[`${file}.map`];
        chunk.code = moduleOver(name, chunk.exports);
      }
    },
  };
}

function chunkIn(bundle: OutputBundle, file: string): OutputChunk {
  const chunk = bundle[file];
  if (chunk?.type !== 'chunk') throw new Error(`there is no chunk ${file}`);
  return chunk;
}

/** On one line. */
function helpersOf(code: string): string {
  return parseSync('helpers.js', code)
    .program.body.filter(({ type }) => type === 'VariableDeclaration')
    .map(({ start, end }) => code.slice(start, end).replaceAll(/\s+/gu, ' '))
    .join(' ');
}

function moduleOver(name: string, exported: readonly string[]): string {
  return `\
import { createRequire } from "node:module";
function load() {
  try {
    return createRequire(import.meta.url)("./load.cjs");
  } catch (cause) {
    const message = "threadloop does not find its own files: it may be part " +
      "of a bundle. Threads start from files, so have your bundler leave 'threadloop' outside";
    throw new Error(message, { cause });
  }
}
export const { ${exported.join(', ')} } = load().loadChunk("${name}");
`;
}

/** What the loader gives a script. A variable of such a name would end in a syntax error. */
const given = new Set(['require', 'module', 'importMeta', 'dynamicImport']);

function asScript(file: string, code: string, helpers: string): string {
  const edits: { start: number; end: number; text: string }[] = [];
  const refuse = (what: string): never => {
    throw new Error(`${file} has ${what}, of which no script was made so far`);
  };
  new Visitor({
    ImportDeclaration({ start, end, source, specifiers }) {
      if (source.value === `./${runtime}.js`) {
        edits.push({ start, end, text: helpers });
        return;
      }
      const names = specifiers.map((specifier) => {
        if (specifier.type === 'ImportNamespaceSpecifier') return specifier.local.name;
        if (specifier.type === 'ImportDefaultSpecifier') return refuse('a default import');
        const { imported, local } = specifier;
        if (imported.type !== 'Identifier') return refuse('an import without a name');
        return imported.name === local.name ? local.name : `${imported.name}: ${local.name}`;
      });
      const isNamespace = specifiers[0]?.type === 'ImportNamespaceSpecifier';
      const target = isNamespace ? names.join() : `{ ${names.join(', ')} }`;
      const from = source.value.replace(/^(\.\/.*)\.js$/u, '$1.cjs');
      edits.push({ start, end, text: `const ${target} = require("${from}");` });
    },
    ExportNamedDeclaration({ start, end, specifiers }) {
      const names = specifiers.map(({ local, exported }) => {
        if (local.type !== 'Identifier' || exported.type !== 'Identifier') {
          return refuse('an export without a name');
        }
        return local.name === exported.name ? local.name : `${exported.name}: ${local.name}`;
      });
      edits.push({ start, end, text: `module.exports = { ${names.join(', ')} };` });
    },
    FunctionDeclaration({ id }) {
      if (id !== null && given.has(id.name)) refuse(`a function ${id.name}`);
    },
    ExportDefaultDeclaration: () => refuse('a default export'),
    ExportAllDeclaration: () => refuse('an export of everything'),
    MetaProperty: ({ start, end }) => edits.push({ start, end, text: 'importMeta' }),
    ImportExpression: ({ start }) => {
      edits.push({ start, end: start + 'import'.length, text: 'dynamicImport' });
    },
  }).visit(parseSync(file, code).program);
  let script = code.replace(/(?<=^\/\/# sourceMappingURL=.*)\.js\.map$/mu, '.cjs.map');
  for (const { start, end, text } of edits.toSorted((a, b) => b.start - a.start)) {
    script = script.slice(0, start) + text + script.slice(end);
  }
  return script.replaceAll(/[^\0-\x7F]/gu, escaped);
}

/** One character past Latin-1 would have the engine keep the text in two bytes a character. */
function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
