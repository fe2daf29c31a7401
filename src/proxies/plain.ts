/**
 * Answers in the words of a plain Comlink, for the ports that `createEndpoint` gives away.
 *
 * Whoever gets such a port may know nothing of this package; it loses what Comlink's own form of
 * an error loses.
 */
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import { Form } from './messages.js';
import type { Response } from './messages.js';

/** The same answer, for a Comlink that has none of our transfer handlers. */
export function toPlain(response: Response): Response {
  if (response.name === Form.proxy) return { ...response, name: 'proxy' };
  if (response.name !== Form.thrown) return response;
  const reason = decodeError(response.value as EncodedError);
  const isError = reason instanceof Error;
  const value = isError
    ? { message: reason.message, name: reason.name, stack: reason.stack }
    : reason;
  return { ...response, name: 'throw', value: { isError, value } };
}
