/**
 * How scopes and tasks stand inside each other: the tree along which a cancel spreads.
 *
 * On the thread of the loop. A node stands for one scope that is entered. Below it are the scopes
 * that were entered inside it, in any task, and the tasks whose code stands in it and in no inner
 * one. Whether a node is cancelled is asked upwards, at each wait, so that there is nothing to
 * keep up to date when a scope is shielded or moved; cancelling walks downwards, once, to wake
 * those that sleep. After Trio's `CancelStatus`.
 */
import type { EnclosingScope } from '../loop/enclosing-scope.js';
import type { Task } from '../loop/task.js';
import type { CancelScope } from './cancel-scope.js';

/** The node of one scope, from its entry to its exit. */
export class CancelStatus implements EnclosingScope {
  readonly scope: CancelScope;
  #parent: CancelStatus | null;
  readonly #children = new Set<CancelStatus>();
  readonly #tasks = new Set<Task<unknown>>();

  constructor(scope: CancelScope, parent: CancelStatus | null) {
    this.scope = scope;
    this.#parent = parent;
    if (parent !== null) parent.#children.add(this);
  }

  get parent(): CancelStatus | null {
    return this.#parent;
  }

  /** The node of the scope in which a task's code stands. */
  static of(task: Task<unknown>): CancelStatus | null {
    const stands = task.enclosingScope;
    return stands instanceof Shield ? stands.behind : (stands as CancelStatus | null);
  }

  /** The task's code stands in another scope from now on. */
  static move(task: Task<unknown>, status: CancelStatus | null): void {
    const before = CancelStatus.of(task);
    if (before !== null) before.#tasks.delete(task);
    if (status !== null) status.#tasks.add(task);
    if (task.enclosingScope instanceof Shield) task.enclosingScope.behind = status;
    else task.enclosingScope = status;
  }

  /** No scope cancels the task's waits until the shield is lowered. */
  static shield(task: Task<unknown>): Shield {
    return new Shield(task, CancelStatus.of(task));
  }

  cancelMessage(): string | null {
    return this.#cancelledScope()?.message ?? null;
  }

  /** Whether a cancel from further out gets in. */
  get isCancelledFromOutside(): boolean {
    return !this.scope.shield && this.#parent !== null && this.#parent.cancelMessage() !== null;
  }

  /** When the scope will be cancelled: `-Infinity` when it is, `Infinity` for never. */
  get effectiveDeadline(): number {
    let earliest = Infinity;
    for (const scope of this.#scopesOutwards()) {
      if (scope.cancelCalled) return -Infinity;
      earliest = Math.min(earliest, scope.deadline);
    }
    return earliest;
  }

  /** Wakes what waits in here, as far as no shield is in the way. */
  enforce(): void {
    const ahead: CancelStatus[] = [this];
    for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
      if (node.cancelMessage() === null) continue;
      node.scope.onCancel();
      for (const task of node.#tasks) task.enforceScope();
      ahead.push(...node.#children);
    }
  }

  /** Moves all that stands in here into another scope, but for one task. */
  moveContents(target: CancelStatus, remaining: Task<unknown>): void {
    for (const child of this.#children) {
      child.#parent = target;
      target.#children.add(child);
    }
    this.#children.clear();
    for (const task of this.#tasks) {
      if (task !== remaining) CancelStatus.move(task, target);
    }
    target.enforce();
  }

  /**
   * Whether the task may leave the scope now; else why not, in words. Blocks that an async function
   * runs side by side may end in the wrong order: what stands further in is cancelled then.
   */
  findMisnesting(task: Task<unknown>): string | null {
    const present = CancelStatus.of(task);
    if (present === this) return null;
    if (!this.#encloses(present)) return "that's not within it";
    for (let node = present; node !== null && node !== this; node = node.parent) {
      node.scope.cancelFrom('misnesting');
    }
    return `that's still within its child ${present?.scope.toString()}`;
  }

  /** Takes the task, and this node, out of the tree. */
  leave(task: Task<unknown>): void {
    if (this.#encloses(CancelStatus.of(task))) CancelStatus.move(task, this.#parent);
    if (this.#parent !== null) this.#parent.#children.delete(this);
  }

  #encloses(other: CancelStatus | null): boolean {
    for (let node = other; node !== null; node = node.#parent) if (node === this) return true;
    return false;
  }

  #cancelledScope(): CancelScope | null {
    for (const scope of this.#scopesOutwards()) if (scope.cancelCalled) return scope;
    return null;
  }

  /** This scope and those around it, up to the first shield. */
  *#scopesOutwards(): Generator<CancelScope, void> {
    yield this.scope;
    let { scope } = this;
    for (let node = this.#parent; node !== null && !scope.shield; node = node.#parent) {
      ({ scope } = node);
      yield scope;
    }
  }
}

/** Stands between a task and its scope for the time of one wait. */
class Shield implements EnclosingScope {
  readonly #task: Task<unknown>;
  behind: CancelStatus | null;

  constructor(task: Task<unknown>, behind: CancelStatus | null) {
    this.#task = task;
    this.behind = behind;
    task.enclosingScope = this;
  }

  lower(): void {
    if (this.#task.enclosingScope === this) this.#task.enclosingScope = this.behind;
  }

  cancelMessage(): null {
    return null;
  }
}
