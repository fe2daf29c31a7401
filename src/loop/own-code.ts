/**
 * Which code is this package's own: its frames say nothing to those who call it.
 * For stacks of tasks; paths are as `StackFrame.file` has them.
 */
import { fileURLToPath } from 'node:url';

const packageRoot = new URL('../../../', import.meta.url);

/** Where our sources are, compiled, and as source maps name them. */
const ownFolders: readonly string[] = ['dist/src/', 'src/'].map((folder) =>
  fileURLToPath(new URL(folder, packageRoot)),
);

/** Whether a file belongs to this package. */
export function isOwnCode(file: string): boolean {
  return ownFolders.some((folder) => file.startsWith(folder));
}
