import type { ColumnType, Part } from "../../cassandra/index.ts";
import type { Forms } from "./form.ts";

/** A text that is equal for composite types which have the same GraphQL type. */
export function shapeOf({ kind, udt = "", parts = [] }: ColumnType, forms: Forms): string {
  const word = kind === "set" || kind === "vector" ? "list" : kind;
  const shapes = parts.map(({ name, field = name, type }) => {
    const form = forms.of(type);
    const isScalar = typeof form.output !== "function";
    return `${field}: ${isScalar ? form.name : shapeOf(type, forms)}`;
  });
  return `${word} ${udt}(${shapes.join(", ")})`;
}

export function partsOf({ parts = [] }: ColumnType): readonly Part[] {
  return parts;
}

export function partOf(type: ColumnType, name: string): ColumnType {
  const part = partsOf(type).find((each) => each.name === name);
  if (part) return part.type;
  throw new Error(`${type.cql} has no part "${name}"`);
}
