// Every name that a file of src/ exports carries a TSDoc comment directly before it.
// Doors only pass names on, so what they export is documented where it is defined.

import type { Node, Program } from 'oxc-parser';
import { layerOf } from './layers.js';
import { problem, type Problem, type Source } from './source.js';

/** Overloads share the comment of the first one. */
export function checkDocs(source: Source): Problem[] {
  const layer = layerOf(source.path);
  if (layer === undefined || layer === 'door') return [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const check = (name: string, statement: Node): void => {
    if (seen.has(name)) return;
    seen.add(name);
    if (isDocumented(source, statement)) return;
    const mend = 'write /** … */ directly before it, a first sentence that stands alone';
    const text = `exported '${name}' has no TSDoc comment: ${mend}`;
    problems.push(problem(source, source.lineAt(statement.start), text));
  };
  const local = localStatements(source.program);
  for (const node of source.program.body) {
    if (node.type === 'ExportDefaultDeclaration') {
      check('default', node);
    } else if (node.type === 'ExportNamedDeclaration' && node.source === null) {
      if (node.declaration !== null) {
        for (const name of declaredNames(node.declaration)) check(name, node);
      }
      for (const { local: inside } of node.specifiers) {
        const name = inside.type === 'Literal' ? inside.value : inside.name;
        const statement = local.get(name);
        if (statement !== undefined) check(name, statement);
      }
    }
  }
  return problems;
}

function localStatements(program: Program): Map<string, Node> {
  const statements = new Map<string, Node>();
  for (const node of program.body) {
    for (const name of declaredNames(node)) {
      if (!statements.has(name)) statements.set(name, node);
    }
  }
  return statements;
}

function declaredNames(node: Node): string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return node.id === null ? [] : [node.id.name];
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [node.id.name];
    default:
      return [];
  }
}

/** The last comment before the statement is a `/** … *\/` and only a line break stands between. */
function isDocumented(source: Source, statement: Node): boolean {
  const comment = source.comments.findLast(({ end }) => end <= statement.start);
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return false;
  return /^[ \t]*\n?[ \t]*$/.test(source.text.slice(comment.end, statement.start));
}
