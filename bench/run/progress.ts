/**
 * One line on a terminal that says what is being measured.
 * Nothing where there is no terminal.
 */
import type { Progress } from './conduct.js';

/** For `conduct`; the line goes to stderr and is wiped by the next. */
export function showProgress(rowCount: number): (progress: Progress) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  return ({ row, rowNumber, round, name }) => {
    stderr.write(`\r\u001B[K${rowNumber}/${rowCount} ${row.id}, round ${round}: ${name}\r`);
  };
}
