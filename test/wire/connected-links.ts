// Two links, each the other's far end, over ports of this thread that deliver in later microtasks.

import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { vi } from 'vitest';
import { Link } from '#src/wire/link.js';
import type { Batch, CallHeading, FunctionAddress } from '#src/wire/message.js';
import { RecordingListener } from './recording-listener.js';

export const tally: FunctionAddress = { url: 'file:///tasks.js', name: 'tally' };
export const crawl: FunctionAddress = { url: 'file:///tasks.js', name: 'crawl' };

/** Of an ordinary call without a shared word. */
export function heading(id: number): CallHeading {
  return { id, word: -1, rank: 1 };
}

/** One end, with what passed there. */
export interface End {
  readonly link: Link;
  readonly port: MemoryPort;
  readonly heard: RecordingListener;
  /** Batches that left here. */
  readonly sent: Batch[];
}

export function connect(): [near: End, far: End] {
  const [left, right] = createPortPair();
  return [makeEnd(left), makeEnd(right)];
}

function makeEnd(port: MemoryPort): End {
  const sent: Batch[] = [];
  const post = port.post.bind(port);
  vi.spyOn(port, 'post').mockImplementation((batch, transferList) => {
    const isHeard = post(batch, transferList);
    sent.push(batch);
    return isHeard;
  });
  const heard = new RecordingListener();
  return { link: new Link(port, heard), port, heard, sent };
}

/** All microtasks that are due, and those that they lead to. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}
