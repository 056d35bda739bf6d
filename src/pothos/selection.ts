import {
  type FieldNode,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

/** What a selection set needs of a table's rows. */
export interface Selection {
  /** The columns to read beside the key. Undefined: all, because some field does not say what it needs. */
  readonly columns: readonly string[] | undefined;
  /** The columns that are shown. */
  readonly shown: readonly string[];
}

type Info = Pick<
  GraphQLResolveInfo,
  "fieldNodes" | "fragments" | "returnType" | "schema" | "variableValues"
>;

/** What a field's `extensions.cassandra` says of it. */
export interface FieldExtension {
  /** The column that it shows. */
  readonly column?: string;
  /** The columns that its resolver needs. */
  readonly columns?: readonly string[];
  /** Whether it, or each field of the object that says so, is judged by the whole row. */
  readonly needsRow?: true;
}

/** Fields of connections and edges that lead to rows, and those that need only the key. */
const ways: ReadonlySet<string> = new Set(["edges", "nodes", "node"]);
const ofKey: ReadonlySet<string> = new Set(["cursor", "pageInfo"]);

/** Finds the columns that the selection set of a field needs; the field returns a row or a connection of rows. */
export function selectionOf(info: Info): Selection {
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
      if (isOfRow(type)) visitColumn(type, selection);
      else visitWay(type, selection);
      return;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : info.fragments[selection.name.value];
    if (!fragment || !applies(fragment.typeCondition?.name.value, type, info)) return;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const visit = `${type.name} ${selection.name.value}`;
      if (visited.has(visit)) return;
      visited.add(visit);
    }
    visitAll(type, fragment.selectionSet);
  }

  function visitColumn(type: GraphQLObjectType, { name }: FieldNode): void {
    const { column, columns, needsRow } = extensionOf(type, name.value);
    isWhole ||= needsRow ?? (type.extensions["cassandra"] as FieldExtension).needsRow ?? false;
    if (column !== undefined) {
      shown.add(column);
      needed.add(column);
    } else if (columns) columns.forEach((each) => needed.add(each));
    else isWhole ||= name.value !== "__typename";
  }

  function visitWay(type: GraphQLObjectType, { name, selectionSet }: FieldNode): void {
    const field = type.getFields()[name.value];
    const next = field && getNamedType(field.type);
    const { columns } = extensionOf(type, name.value);
    if (ways.has(name.value) && isObjectType(next) && selectionSet) visitAll(next, selectionSet);
    else if (columns) columns.forEach((each) => needed.add(each));
    else isWhole ||= name.value !== "__typename" && !ofKey.has(name.value);
  }

  const type = getNamedType(info.returnType);
  for (const { selectionSet } of info.fieldNodes) {
    if (isObjectType(type) && selectionSet) visitAll(type, selectionSet);
  }
  return { columns: isWhole ? undefined : [...needed], shown: [...shown] };
}

function isOfRow({ extensions }: GraphQLObjectType): boolean {
  return extensions["cassandra"] !== undefined;
}

function extensionOf(type: GraphQLObjectType, name: string): FieldExtension {
  return (type.getFields()[name]?.extensions["cassandra"] ?? {}) as FieldExtension;
}

function isIncluded(node: SelectionNode, { variableValues }: Info): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variableValues);
  return skip?.["if"] !== true && include?.["if"] !== false;
}

function applies(
  condition: string | undefined,
  type: GraphQLObjectType,
  { schema }: Info,
): boolean {
  if (condition === undefined || condition === type.name) return true;
  const other = schema.getType(condition);
  return isAbstractType(other) && schema.isSubType(other, type);
}
