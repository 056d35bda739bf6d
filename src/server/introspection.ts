import {
  type ASTVisitor,
  type FieldNode,
  getIntrospectionQuery,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

/** How long the lists of introspection are, more or less: what is selected of them comes so many times. */
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
 * Introspection may ask for as much as tools do, some times over, and not for the same again and again under different
 * names: a document of 1,000 bytes could have an answer of gigabytes. (graphql-js' own MaxIntrospectionDepthRule bounds
 * the depth only.)
 */
export function IntrospectionSizeRule(context: ValidationContext): ASTVisitor {
  const fragmentOf: FragmentOf = (name) => context.getFragment(name)?.selectionSet;
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== "query") return;
      const fields = [...fieldsOf(selectionSet, fragmentOf)];
      const asked = fields.filter(({ name }) => /^__(schema|type)$/.test(name.value));
      if (sizeOf(asked, fragmentOf, 1, most) <= most) return;
      const message = "Introspection asks for the same too many times.";
      context.reportError(new GraphQLError(message, { nodes: asked[0] ?? null }));
    },
  };
}

/** How many fields an answer has, or, if it has more than `most`, how many were counted until then. */
function sizeOf(
  fields: Iterable<FieldNode>,
  fragmentOf: FragmentOf,
  times: number,
  most: number,
): number {
  let size = 0;
  for (const { name, selectionSet } of fields) {
    if (size > most) break;
    size += times;
    if (!selectionSet) continue;
    const inner = fieldsOf(selectionSet, fragmentOf);
    size += sizeOf(inner, fragmentOf, times * (lengths.get(name.value) ?? 1), most - size);
  }
  return size;
}

/** The fields of a selection set, also those that it has by fragments. */
function* fieldsOf(
  { selections }: SelectionSetNode,
  fragmentOf: FragmentOf,
  seen: Set<string> = new Set(),
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* fieldsOf(selection.selectionSet, fragmentOf, seen);
    } else if (!seen.has(selection.name.value)) {
      seen.add(selection.name.value);
      const fragment = fragmentOf(selection.name.value);
      if (fragment) yield* fieldsOf(fragment, fragmentOf, seen);
    }
  }
}

/** Three times what tools ask for, who ask for all that there is. */
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
  const fields = operations.flatMap((operation) => [...fieldsOf(operation, fragmentOf)]);
  return sizeOf(fields, fragmentOf, 1, Infinity);
}
