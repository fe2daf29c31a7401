// That the list of rows is whole: a row's id is its file, and every file with a row is listed.
// Nothing is loaded, since rows load the library that they measure.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { families } from '../../bench/rows.js';

const bench = fileURLToPath(new URL('../../bench', import.meta.url));
const listed = families.flatMap(({ folder, names }) => names.map((name) => `${folder}/${name}`));

function rowsIn(folder: string): string[] {
  return readdirSync(join(bench, folder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.slice(0, -3)}`)
    .filter((id) => /^export const row\b/m.test(readFileSync(join(bench, `${id}.ts`), 'utf8')));
}

test('every row is listed once, and every listed row is there', () => {
  const found = families.flatMap(({ folder }) => rowsIn(folder));
  expect(listed.toSorted()).toEqual(found.toSorted());
  expect(new Set(listed).size).toBe(listed.length);
});

test.for(listed)('%s says its own id', (id) => {
  const text = readFileSync(join(bench, `${id}.ts`), 'utf8');
  expect(/^ {2}id: '(?<id>[^']+)',$/m.exec(text)?.groups?.['id']).toBe(id);
});
