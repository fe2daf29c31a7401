// Shopping carts that live in the memory of whichever thread owns their customers.
// No lock is needed: one thread runs one step of one call at a time.

const carts = new Map<string, string[]>();

/** Puts an item into the customer's cart; gives all that is in it. */
export function add(customer: string, item: string): string {
  const cart = carts.get(customer) ?? [];
  carts.set(customer, [...cart, item]);
  return [...cart, item].join(', ');
}

/** The customers whose carts are here. */
export function customers(): string[] {
  return [...carts.keys()];
}
