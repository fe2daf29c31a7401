/**
 * What the operating system said, in words for the user: neither a code nor a path that the message
 * names already.
 */
import { getSystemErrorMap } from 'node:util';

/**
 * The reason of a failed call to the operating system, such as `no such file or directory`; the
 * message of any other error.
 */
export function systemReason(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message ?? String(error);
}
