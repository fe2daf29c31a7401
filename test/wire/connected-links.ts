// Two links, each the other's far end, over ports of this thread that deliver in later microtasks.

import type { Transferable } from 'node:worker_threads';
import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { vi } from 'vitest';
import { Link } from '#src/wire/link.js';
import { Operation, type Batch, type FunctionAddress } from '#src/wire/message.js';
import { RecordingListener } from './recording-listener.js';

export const tally: FunctionAddress = { url: 'file:///tasks.js', name: 'tally' };
export const crawl: FunctionAddress = { url: 'file:///tasks.js', name: 'crawl' };

/** One end, with what passed there. */
export class End {
  readonly link: Link;
  readonly port: MemoryPort;
  readonly heard: RecordingListener = new RecordingListener();
  /** Batches that left here. */
  readonly sent: Batch[] = [];

  constructor(port: MemoryPort) {
    const post = port.post.bind(port);
    vi.spyOn(port, 'post').mockImplementation((batch, transferList) => {
      const isHeard = post(batch, transferList);
      this.sent.push(batch);
      return isHeard;
    });
    this.port = port;
    this.link = new Link(port, this.heard);
  }

  /** An ordinary call. */
  call(
    id: number,
    address: FunctionAddress,
    args: readonly unknown[],
    transferList?: readonly Transferable[],
  ): void {
    const extras = transferList === undefined ? null : { transferList };
    this.link.call(Operation.Call, id, rank, address, args, extras);
  }

  /** An ordinary post. */
  post(id: number, address: FunctionAddress, args: readonly unknown[]): void {
    this.link.call(Operation.Post, id, rank, address, args);
  }
}

const rank = 1;

export function connect(): [near: End, far: End] {
  const [left, right] = createPortPair();
  return [new End(left), new End(right)];
}

/** All microtasks that are due, and those that they lead to. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}
