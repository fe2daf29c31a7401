// Values on their way, without a link: taken apart, cloned, and made again.

import { encodeValues, type EncodeOptions } from '#src/wire/value-encoder.js';
import { reviveInstances, takeAttachments } from '#src/wire/value-reviver.js';

const defaults: EncodeOptions = {
  attachments: null,
  role: 'argument',
  describe: (index) => `argument ${index + 1} of f()`,
};

/** What arrives of the arguments of a call. */
export function carry(values: readonly unknown[], options: Partial<EncodeOptions> = {}): unknown[] {
  const { attachments = null } = options;
  const encoded = encodeValues(values, { ...defaults, ...options });
  const message = { values: [...encoded.values], revival: encoded.revival };
  const arrived = structuredClone(message, { transfer: [...encoded.transferList] });
  if (arrived.revival !== null) {
    takeAttachments(arrived.values, arrived.revival, attachments);
    reviveInstances(arrived.values, arrived.revival);
  }
  return arrived.values;
}

/** What arrives of one value. */
export function carryOne<T>(value: T): T {
  return carry([value])[0] as T;
}
