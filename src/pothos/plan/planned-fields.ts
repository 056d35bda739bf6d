import { leaveToExecutor } from "./for-executor.ts";
import type { OutputField } from "./object.ts";
import { isUnwrapped } from "./plannable.ts";

/** The most fields of a plan: aliases can repeat the fields of a fragment in a short document. */
const MOST_FIELDS = 500;

/** The fields that a plan answers without calling their resolvers. Somebody may wrap these later. */
export class PlannedFields {
  readonly #fields: { readonly field: OutputField; readonly resolve: OutputField["resolve"] }[] =
    [];
  #count = 0;

  /** Adds a field whose resolver is the one with which it was defined. Any other is left to the executor. */
  add(field: OutputField | undefined): OutputField {
    if (!field || !isUnwrapped(field)) return leaveToExecutor();
    this.addRead(field);
    return field;
  }

  /** Adds a field whose resolver is called. */
  addRead(field: OutputField): void {
    this.count();
    this.#fields.push({ field, resolve: field.resolve });
  }

  /** Counts a field. Too many are left to the executor. */
  count(): void {
    this.#count += 1;
    if (this.#count > MOST_FIELDS) leaveToExecutor();
  }

  /** How many fields there are. */
  get size(): number {
    return this.#count;
  }

  /** Whether nobody has wrapped a resolver since. */
  get isUnchanged(): boolean {
    for (const { field, resolve } of this.#fields) if (field.resolve !== resolve) return false;
    return true;
  }
}
