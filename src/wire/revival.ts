/**
 * What stands in a message in place of special values: shapes only. Made by `value-encoder.ts`,
 * used by `value-reviver.ts`.
 */

/** Kinds of parts. */
export const Part = { Instance: 0, Error: 1, Attachment: 2, Filled: 3 } as const;

/** How to make special values again, of plain data: travels with the values. */
export interface Revival {
  /** Kind, name or container, data; end to end. A part stands behind those that it consists of. */
  readonly parts: unknown[];
  /** Number of a part, holder, key; end to end, in the order of parts. No holder: the values. */
  readonly places: unknown[];
}
