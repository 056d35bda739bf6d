import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  type InlineFragmentNode,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** What a selection set needs from a table's rows. */
export interface Selection {
  /** The columns to read besides the key. Undefined: all, because a field does not declare what it needs. */
  readonly columns: readonly string[] | undefined;
  /** The columns that are shown. */
  readonly shown: readonly string[];
}

type SelectionInfo = Pick<
  GraphQLResolveInfo,
  "fieldNodes" | "fragments" | "returnType" | "schema" | "variableValues"
>;

/** The content of a field's `extensions.cassandra`. */
export interface FieldExtension {
  /** The column that the field shows. */
  readonly column?: string;
  /** The columns that the field's resolver needs. */
  readonly columns?: readonly string[];
  /** Whether a plugin's option of the field needs the whole row. On an object: of each of its fields. */
  readonly needsRow?: true;
}

/** The fields of connections and edges that lead to rows, and those that need only the key. */
const rowFields: ReadonlySet<string> = new Set(["edges", "nodes", "node"]);
const keyFields: ReadonlySet<string> = new Set(["cursor", "pageInfo"]);

/** Returns the columns that a field's selection set needs. The field returns a row or a connection of rows. */
export function selectionOf(info: SelectionInfo): Selection {
  const needed = new Set<string>();
  const shown = new Set<string>();
  const visited = new Set<string>();
  let isWhole = false;

  function visitAll(type: GraphQLObjectType, { selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (isIncluded(selection, info)) visit(type, selection);
    }
  }

  function visit(type: GraphQLObjectType, selection: SelectionNode): void {
    if (selection.kind === Kind.FIELD) {
      if (isRowType(type)) visitRowField(type, selection);
      else visitConnectionField(type, selection);
      return;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    if (!fragment || !appliesTo(type, { fragment, schema: info.schema })) return;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const visit = `${type.name} ${selection.name.value}`;
      if (visited.has(visit)) return;
      visited.add(visit);
    }
    visitAll(type, fragment.selectionSet);
  }

  function visitRowField(type: GraphQLObjectType, { name }: FieldNode): void {
    const { column, columns, needsRow } = fieldExtensionOf(type, name.value);
    isWhole ||= needsRow ?? (type.extensions["cassandra"] as FieldExtension).needsRow ?? false;
    if (column !== undefined) {
      shown.add(column);
      needed.add(column);
    } else if (columns) columns.forEach((each) => needed.add(each));
    else isWhole ||= name.value !== "__typename";
  }

  function visitConnectionField(type: GraphQLObjectType, { name, selectionSet }: FieldNode): void {
    const field = type.getFields()[name.value];
    const next = field && getNamedType(field.type);
    const { columns } = fieldExtensionOf(type, name.value);
    if (rowFields.has(name.value) && isObjectType(next) && selectionSet)
      visitAll(next, selectionSet);
    else if (columns) columns.forEach((each) => needed.add(each));
    else isWhole ||= name.value !== "__typename" && !keyFields.has(name.value);
  }

  const type = getNamedType(info.returnType);
  for (const { selectionSet } of info.fieldNodes) {
    if (isObjectType(type) && selectionSet) visitAll(type, selectionSet);
  }
  return { columns: isWhole ? undefined : [...needed], shown: [...shown] };
}

function isRowType({ extensions }: GraphQLObjectType): boolean {
  return extensions["cassandra"] !== undefined;
}

function fieldExtensionOf(type: GraphQLObjectType, name: string): FieldExtension {
  return (type.getFields()[name]?.extensions["cassandra"] ?? {}) as FieldExtension;
}

function isIncluded(node: SelectionNode, { variableValues }: SelectionInfo): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.["if"] !== true && include?.["if"] !== false;
}

interface FragmentInSchema {
  readonly fragment: FragmentDefinitionNode | InlineFragmentNode;
  readonly schema: GraphQLSchema;
}

function appliesTo(type: GraphQLObjectType, { fragment, schema }: FragmentInSchema): boolean {
  const condition = fragment.typeCondition?.name.value;
  if (condition === undefined || condition === type.name) return true;
  const other = schema.getType(condition);
  return isAbstractType(other) && schema.isSubType(other, type);
}
