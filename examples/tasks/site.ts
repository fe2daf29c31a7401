// A site in memory, and what a crawler has seen of it.
// Used by one thread: nothing here is shared.

import { type Future, sleep } from 'threadloop';

/** A page, as far as crawlers care. */
export interface Page {
  readonly status: number;
  readonly links: readonly string[];
}

const site: Readonly<Record<string, readonly string[]>> = {
  '/': ['/docs', '/about'],
  '/about': ['/', '/gone'],
  '/docs': ['/docs/api', '/docs/faq', '/'],
  '/docs/api': ['/docs'],
  '/docs/faq': ['/gone', '/about'],
};

/** Takes some milliseconds, as a network would. */
export function fetchPage(path: string): Future<Page> {
  const links = site[path];
  return sleep(5, { status: links === undefined ? 404 : 200, links: links ?? [] });
}

/** What was found so far. */
export class Crawl {
  readonly #seen = new Set(['/']);
  readonly #found: string[] = [];
  readonly #broken: string[] = [];

  /** Takes a page down; gives the links that nobody has seen before. */
  keep(path: string, { status, links }: Page): string[] {
    (status === 200 ? this.#found : this.#broken).push(path);
    const fresh = links.filter((link) => !this.#seen.has(link));
    for (const link of fresh) this.#seen.add(link);
    return fresh;
  }

  toString(): string {
    return `${this.#found.sort().join(', ')}; 404: ${this.#broken.join(', ')}`;
  }
}
