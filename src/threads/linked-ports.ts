/**
 * The ports of proxies that were opened over one link: they live no longer than it does.
 *
 * A port of its own carries each proxy, but who is at the other end, whether that thread still
 * lives, and why it died, is known of the link alone.
 */

/** This thread's end of a proxy: it asks. */
export interface LinkedCaller {
  /** Resolves once nothing that was asked waits for an answer. */
  answered(): Promise<void>;
  /** The far thread has died, or will not be heard of again. */
  fail(error: Error): void;
}

/** The far end of a proxy whose object is here: it is asked. */
export interface LinkedOwner {
  /** Resolves once nothing runs that was asked for. */
  idle(): Promise<void>;
  cancelAll(message: string): void;
  /** Nobody asks any more. */
  hangUp(): void;
}

/** What hangs on one link. */
export class LinkedPorts {
  readonly callers: Set<LinkedCaller> = new Set();
  readonly owners: Set<LinkedOwner> = new Set();

  async answered(): Promise<void> {
    await Promise.all([...this.callers].map((caller) => caller.answered()));
  }

  async idle(): Promise<void> {
    await Promise.all([...this.owners].map((owner) => owner.idle()));
  }

  cancelAll(message: string): void {
    for (const owner of this.owners) owner.cancelAll(message);
  }

  fail(error: Error): void {
    for (const caller of this.callers) caller.fail(error);
  }

  hangUp(): void {
    for (const owner of this.owners) owner.hangUp();
  }
}
