import type { ColumnType, Part } from "../../cassandra/index.ts";
import type { Forms } from "./form.ts";

/** Returns a text that is equal for composite types with the same GraphQL type. */
export function formShape({ kind, udt = "", parts = [] }: ColumnType, forms: Forms): string {
  const word = kind === "set" || kind === "vector" ? "list" : kind;
  const shapes = parts.map(({ name, field = name, type }) => {
    const form = forms.of(type);
    const isScalar = typeof form.output !== "function";
    return `${field}: ${isScalar ? form.name : formShape(type, forms)}`;
  });
  return `${word} ${udt}(${shapes.join(", ")})`;
}

export function partsOfType({ parts = [] }: ColumnType): readonly Part[] {
  return parts;
}

export function namedPart(type: ColumnType, name: string): ColumnType {
  const part = partsOfType(type).find((each) => each.name === name);
  if (part) return part.type;
  throw new Error(`${type.cql} has no part "${name}"`);
}
