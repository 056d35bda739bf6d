import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from "graphql";

/** Writes a JSON value as a literal of a type. If it is none of the type, it is written as it is. */
export function literalOf(value: unknown, type: GraphQLInputType): string {
  const inner = getNullableType(type);
  if (value === null || value === undefined) return "null";
  if (isEnumType(inner) && typeof value === "string") return value;
  if (Array.isArray(value)) {
    const element = isListType(inner) ? inner.ofType : type;
    return `[${value.map((each) => literalOf(each, element)).join(", ")}]`;
  }
  // A document has no half of a surrogate pair.
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value !== "object") return JSON.stringify(value);
  const fields = isInputObjectType(inner) ? inner.getFields() : {};
  const written = Object.entries(value).map(
    ([name, each]) => `${name}: ${literalOf(each, fields[name]?.type ?? type)}`,
  );
  return `{${written.join(", ")}}`;
}
