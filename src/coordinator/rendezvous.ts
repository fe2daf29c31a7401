/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): a key belongs to the name with the highest
 * score for it. When a name comes or goes, only the keys move that it wins or held; nothing has to
 * be remembered, and every thread that knows the names comes to the same answer.
 */

/** What a key can be. A number and its text are the same key. */
export type PlacementKey = string | number | bigint;

/** The one of several with the highest score for a key; `undefined` when there are none. */
export function rendezvous<T extends { readonly name: string }>(
  candidates: readonly T[],
  key: PlacementKey,
): T | undefined {
  let best: T | undefined;
  let bestScore = -1;
  for (const each of candidates) {
    const score = scoreOf(`${each.name} ${key}`);
    const isBetter = score > bestScore || (score === bestScore && each.name < (best?.name ?? ''));
    if (!isBetter) continue;
    best = each;
    bestScore = score;
  }
  return best;
}

/**
 * FNV-1a over the text, then the finalizer of MurmurHash3, without which names that differ in
 * their first letters only would share most of their keys' order.
 */
function scoreOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
