import {
  type DocumentNode,
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isNonNullType,
  isUnionType,
  Kind,
  print,
} from "graphql";

/** An operation with one root field, and what its function needs to know. */
export interface GeneratedOperation {
  readonly kind: "query" | "mutation" | "subscription";
  /** The name of the operation, which is also that of its data's type. */
  readonly name: string;
  /** The name of the constant that is its document. */
  readonly constant: string;
  readonly text: string;
  /** The root field, after which its function is named. */
  readonly field: string;
  /** From the schema. */
  readonly description: string;
  /** The name of the field's union type; undefined: it is none. */
  readonly union: string | undefined;
  readonly variables: readonly string[];
  /** Where the variables have an id that the service generates otherwise, from the outermost name to the innermost. */
  readonly newId: readonly string[] | undefined;
  /** The union members of a create: that it was created, that it was there already, and the field of both with the row. */
  readonly created:
    | { readonly type: string; readonly exists: string; readonly row: string }
    | undefined;
  /** The union member of a subscription that says that something was missed, and its fields. */
  readonly reset: { readonly type: string; readonly fields: readonly string[] } | undefined;
}

/**
 * Returns the operation of a document, with what the schema says of it.
 *
 * @param document with one operation and its fragments
 */
export function operationIn(schema: GraphQLSchema, document: DocumentNode): GeneratedOperation {
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)!;
  const name = definition.name!.value;
  const [selected, ...more] = definition.selectionSet.selections;
  if (selected?.kind !== Kind.FIELD || more.length > 0) {
    throw new Error(`${name} has to select one field, for one function.`);
  }
  const { value: field } = selected.name;
  const root = schema.getRootType(definition.operation)!.getFields()[field]!;
  const type = getNamedType(root.type);
  const variables = (definition.variableDefinitions ?? []).map(
    ({ variable }) => variable.name.value,
  );
  const members = isUnionType(type) ? type.getTypes() : [];
  const memberEndingIn = (suffix: string) => members.find((member) => member.name.endsWith(suffix));
  const [created, exists] = [memberEndingIn("Created"), memberEndingIn("Exists")];
  const row = created && Object.keys(created.getFields())[0];
  const reset = memberEndingIn("Reset");
  for (const each of Object.keys(reset?.getFields() ?? {})) {
    if (!variables.includes(each))
      throw new Error(`${name} has no variable for ${each} of ${reset!.name}.`);
  }
  const isMutation = definition.operation === "mutation";
  return {
    kind: definition.operation,
    name,
    constant: name[0]!.toLowerCase() + name.slice(1),
    text: print(document),
    field,
    description: root.description ?? "",
    union: isUnionType(type) ? type.name : undefined,
    variables,
    newId: isMutation && created ? newIdOf(schema, { args: root.args, created }) : undefined,
    created:
      created && exists && row ? { type: created.name, exists: exists.name, row } : undefined,
    reset: reset && { type: reset.name, fields: Object.keys(reset.getFields()) },
  };
}

/**
 * Returns where a create takes an id that the service generates otherwise: a UUID that its input may lack, and by which
 * a query reads what was created.
 */
function newIdOf(
  schema: GraphQLSchema,
  {
    args,
    created,
  }: { readonly args: readonly GraphQLArgument[]; readonly created: GraphQLObjectType },
): readonly string[] | undefined {
  const [row] = Object.values(created.getFields());
  const reads = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
    ({ type }) => row !== undefined && getNullableType(type) === getNullableType(row.type),
  );
  for (const { name, type } of args) {
    const input = getNamedType(type);
    if (!isInputObjectType(input)) continue;
    for (const each of Object.values(input.getFields())) {
      const isKey = reads.some((read) => read.args.some((arg) => arg.name === each.name));
      const isOptional = !isNonNullType(each.type) && each.defaultValue === undefined;
      if (isKey && isOptional && getNamedType(each.type).name === "UUID") return [name, each.name];
    }
  }
  return undefined;
}
