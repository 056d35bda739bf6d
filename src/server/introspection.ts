import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  getIntrospectionQuery,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

/** The estimated lengths of introspection's lists: what is selected in one is counted so many times. */
const lengths: ReadonlyMap<string, number> = new Map([
  ["types", 50],
  ["fields", 5],
  ["args", 3],
  ["inputFields", 3],
  ["enumValues", 3],
  ["possibleTypes", 3],
  ["interfaces", 2],
  ["directives", 5],
]);

type FragmentOf = (name: string) => SelectionSetNode | undefined;

/**
 * Bounds introspection to a few times what tools request. Otherwise a document of 1,000 bytes could request the same
 * again and again under different aliases, and get gigabytes. (graphql-js' own MaxIntrospectionDepthRule bounds only the
 * depth.)
 */
export function IntrospectionSizeRule(context: ValidationContext): ASTVisitor {
  const fragmentOf: FragmentOf = (name) => context.getFragment(name)?.selectionSet;
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== "query") return;
      const fields = [...fieldsOf(selectionSet, { fragmentOf })];
      const asked = fields.filter(isIntrospection);
      if (answerSize(asked, { fragmentOf, times: 1, limit: most }) <= most) return;
      const message = "Introspection requests the same too many times.";
      context.reportError(new GraphQLError(message, { nodes: asked[0] ?? null }));
    },
  };
}

/**
 * Refuses operations that mix introspection with other fields. Where callers see different schemas, introspection is
 * executed on that of the caller, and other fields on the whole one.
 */
export function IntrospectionAloneRule(context: ValidationContext): ASTVisitor {
  const fragmentOf: FragmentOf = (name) => context.getFragment(name)?.selectionSet;
  return {
    OperationDefinition(operation) {
      const asked = introspectionIn(operation.selectionSet, { fragmentOf, seen: new Set() });
      if (!asked || isOnlyIntrospection(operation, { fragmentOf })) return;
      const message = "Introspection must be a query of its own on this server.";
      context.reportError(new GraphQLError(message, { nodes: asked }));
    },
  };
}

/** Returns a field of introspection in a selection set, however deep. */
function introspectionIn(
  { selections }: SelectionSetNode,
  { fragmentOf, seen }: Required<FieldsOptions>,
): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD && isIntrospection(selection)) return selection;
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? entered(selection.name.value, { fragmentOf, seen })
        : selection.selectionSet;
    const found = inner && introspectionIn(inner, { fragmentOf, seen });
    if (found) return found;
  }
  return undefined;
}

/** Returns a fragment's selection set, once. */
function entered(
  name: string,
  { fragmentOf, seen }: Required<FieldsOptions>,
): SelectionSetNode | undefined {
  if (seen.has(name)) return undefined;
  seen.add(name);
  return fragmentOf(name);
}

function isOnlyIntrospection(
  { operation, selectionSet }: OperationDefinitionNode,
  options: FieldsOptions,
): boolean {
  if (operation !== "query") return false;
  const fields = [...fieldsOf(selectionSet, options)];
  return fields.every((field) => isIntrospection(field) || field.name.value === "__typename");
}

const known = new WeakMap<OperationDefinitionNode, number>();

/** Returns the estimated number of fields that an operation requests of `__schema` and `__type`. */
export function introspectedFields(
  operation: OperationDefinitionNode,
  { definitions }: DocumentNode,
): number {
  let size = known.get(operation);
  if (size === undefined) {
    const fragments = new Map(
      definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION
          ? [[definition.name.value, definition.selectionSet]]
          : [],
      ),
    );
    const fragmentOf: FragmentOf = (name) => fragments.get(name);
    const asked = [...fieldsOf(operation.selectionSet, { fragmentOf })].filter(isIntrospection);
    size = answerSize(asked, { fragmentOf, times: 1, limit: most });
    known.set(operation, size);
  }
  return size;
}

/** Whether a field of the query type reads the schema. */
export function isIntrospection({ name }: FieldNode): boolean {
  return name.value === "__schema" || name.value === "__type";
}

/** What the size of an answer is counted with. */
interface SizeOptions {
  readonly fragmentOf: FragmentOf;
  /** How often each field occurs. */
  readonly times: number;
  /** Where counting may stop. */
  readonly limit: number;
}

/** Counts the fields of an answer. Once there are more than the limit, it may stop. */
function answerSize(fields: Iterable<FieldNode>, options: SizeOptions): number {
  const { fragmentOf, times, limit } = options;
  let size = 0;
  for (const { name, selectionSet } of fields) {
    if (size > limit) break;
    size += times;
    if (!selectionSet) continue;
    size += answerSize(fieldsOf(selectionSet, { fragmentOf }), {
      fragmentOf,
      times: times * (lengths.get(name.value) ?? 1),
      limit: limit - size,
    });
  }
  return size;
}

interface FieldsOptions {
  readonly fragmentOf: FragmentOf;
  /** The names of fragments that were entered. */
  readonly seen?: Set<string>;
}

/** Yields the fields of a selection set, also those in fragments. */
function* fieldsOf(
  { selections }: SelectionSetNode,
  { fragmentOf, seen = new Set() }: FieldsOptions,
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(selection.selectionSet, { fragmentOf, seen });
    } else {
      const fragment = entered(selection.name.value, { fragmentOf, seen });
      if (fragment) yield* fieldsOf(fragment, { fragmentOf, seen });
    }
  }
}

/** Three times what tools request, which is everything. */
const most = 3 * standardSize();

function standardSize(): number {
  const { definitions } = parse(
    getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  );
  const fragments = new Map<string, SelectionSetNode>();
  const operations: SelectionSetNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    } else if (definition.kind === Kind.OPERATION_DEFINITION) {
      operations.push(definition.selectionSet);
    }
  }
  const fragmentOf: FragmentOf = (name) => fragments.get(name);
  const fields = operations.flatMap((operation) => [...fieldsOf(operation, { fragmentOf })]);
  return answerSize(fields, { fragmentOf, times: 1, limit: Infinity });
}
