import { PothosSchemaError } from "@pothos/core";
import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from "graphql";
import type { FieldCost } from "./fields/generated.ts";

/**
 * Checks that no field that writes can be reached from a query, which clients may send by GET and repeat at any time, or
 * from a subscription.
 *
 * @throws PothosSchemaError with the first such field
 */
export function checkWrites(schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getSubscriptionType()]) {
    if (!root) continue;
    const found = reachable(schema, root).find((type) => writingField(type) !== undefined);
    if (!found) continue;
    throw new PothosSchemaError(
      `Field "${found.name}.${writingField(found)}" writes, but its type can be reached from "${root.name}". Reach it from mutations only.`,
    );
  }
}

/** Returns a type and all types that its fields lead to. */
function reachable(schema: GraphQLSchema, root: GraphQLNamedType): readonly GraphQLNamedType[] {
  const found = new Set<GraphQLNamedType>([root]);
  // Iterating a set visits the values that are added meanwhile.
  for (const type of found) {
    for (const next of nextTypes(schema, type)) found.add(next);
  }
  return [...found];
}

function nextTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  const members = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const hasFields = isObjectType(type) || isInterfaceType(type);
  const fields = hasFields ? Object.values(type.getFields()) : [];
  return [...members, ...fields.map((field) => getNamedType(field.type))];
}

function writingField(type: GraphQLNamedType): string | undefined {
  if (!isObjectType(type)) return undefined;
  const writes = ({ extensions }: { readonly extensions: object }) =>
    ((extensions as { readonly cassandra?: FieldCost }).cassandra?.writes ?? false) === true;
  return Object.values(type.getFields()).find(writes)?.name;
}
