/**
 * Where a run took place: results of different machines, or of different Nodes, have nothing to say
 * about each other.
 */
import { arch, availableParallelism, cpus, totalmem } from 'node:os';

/** As it stands in a results file. */
export interface Machine {
  /** Stable, for file names: `2-core-amd-epyc-node-20`. */
  readonly name: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGB: number;
  readonly platform: string;
  readonly node: string;
}

/** This one. */
export function thisMachine(): Machine {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  const cores = availableParallelism();
  const node = process.versions.node;
  return {
    name: machineName(cores, cpu, node),
    cores,
    cpu,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${arch()}`,
    node,
  };
}

/** Trademarks, clock rates and the word "processor" are left out; they come and go with systems. */
export function machineName(cores: number, cpu: string, node: string): string {
  const words = cpu
    .replace(/\((?:r|tm)\)/giu, ' ')
    .replace(/@.*$/u, ' ')
    .replace(/\b(?:cpu|processor|\d+-core)\b/giu, ' ')
    .toLowerCase()
    .match(/[a-z0-9]+/gu);
  const model = (words ?? ['unknown']).join('-');
  return `${cores}-core-${model}-node-${node.split('.')[0]}`;
}
