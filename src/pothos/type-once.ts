import { PothosSchemaError } from "@pothos/core";
import type { Builder } from "./builder-options.ts";

/** A type that is defined on first use. */
export interface TypeOnce {
  readonly name: string;
  /** What it represents, in words, e.g. `the user-defined type "address"`. */
  readonly meaning: string;
  /** Types with equal names and shapes are one type. Default: the meaning. */
  readonly shape?: string;
  /** How to resolve a conflict with another type of the same name. */
  readonly remedy?: string;
}

interface DefinedType extends TypeOnce {
  readonly shape: string;
  readonly ref: unknown;
}

const definedTypes = new WeakMap<Builder, Map<string, DefinedType>>();

/** In a printed schema without a `schema` definition, types with these names are the root types. */
const rootTypes: ReadonlySet<string> = new Set(["Query", "Mutation", "Subscription"]);

/**
 * Returns a named type of a builder. Calls `define` on first use.
 *
 * @throws PothosSchemaError if the name has another meaning; the message contains both
 */
export function typeOnce<Ref>(
  builder: Builder,
  { name, meaning, shape = meaning, remedy = "rename one of them" }: TypeOnce,
  define: () => Ref,
): Ref {
  const types = definedTypes.get(builder) ?? new Map<string, DefinedType>();
  definedTypes.set(builder, types);
  const found = types.get(name);
  // A type with this shape has this type of ref.
  if (found?.shape === shape) return found.ref as Ref;
  const other = found?.meaning ?? otherMeaning(builder, name);
  if (other !== undefined) {
    throw new PothosSchemaError(
      `the GraphQL type "${name}" would be both ${other} and ${meaning}: ${remedy}`,
    );
  }
  const ref = define();
  types.set(name, { name, meaning, shape, ref });
  return ref;
}

function otherMeaning(builder: Builder, name: string): string | undefined {
  if (rootTypes.has(name)) return "the root type of an operation";
  return builder.configStore.hasConfig(name) ? "another type of the schema" : undefined;
}
