import { PothosSchemaError } from "@pothos/core";
import type { Builder } from "./builder-options.ts";

/** A type that the bridge makes when it is needed first. */
export interface TypeOnce {
  readonly name: string;
  /** What it stands for, as a person reads it, e.g. `the user-defined type "address"`. */
  readonly meaning: string;
  /** Equal for what can share the type. Default: the meaning. */
  readonly shape?: string;
  /** What can be done about another type of the name. */
  readonly remedy?: string;
}

interface Made extends TypeOnce {
  readonly shape: string;
  readonly ref: unknown;
}

const madeBy = new WeakMap<Builder, Map<string, Made>>();

/** Printed without a `schema` definition, a type of such a name would be read as a root type. */
const rootTypes: ReadonlySet<string> = new Set(["Query", "Mutation", "Subscription"]);

/** Makes a named type of a builder once. @throws PothosSchemaError with both meanings if the name has another one */
export function typeOnce<Ref>(
  builder: Builder,
  { name, meaning, shape = meaning, remedy = "call one of them differently" }: TypeOnce,
  make: () => Ref,
): Ref {
  const types = madeBy.get(builder) ?? new Map<string, Made>();
  madeBy.set(builder, types);
  const found = types.get(name);
  // Whoever made a type of this shape made one of these refs.
  if (found?.shape === shape) return found.ref as Ref;
  const other = otherMeaning(builder, name, found);
  if (other !== undefined) {
    throw new PothosSchemaError(
      `the GraphQL type "${name}" would be both ${other} and ${meaning}: ${remedy}`,
    );
  }
  const ref = make();
  types.set(name, { name, meaning, shape, ref });
  return ref;
}

function otherMeaning(builder: Builder, name: string, found: Made | undefined): string | undefined {
  if (found) return found.meaning;
  if (rootTypes.has(name)) return "the root type of an operation";
  return builder.configStore.hasConfig(name) ? "another type of the schema" : undefined;
}
