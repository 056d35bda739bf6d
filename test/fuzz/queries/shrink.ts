import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  validate,
  visit,
} from "graphql";
import { variablesIn } from "./query.ts";

/** How often a smaller document is tried at most. */
const MOST_TRIES = 400;

/** Removes what a document can lose so that it is still valid, and still wrong. */
export async function shrink(
  source: string,
  { schema, isWrong }: { schema: GraphQLSchema; isWrong: (source: string) => Promise<boolean> },
): Promise<string> {
  let smallest = source;
  let tries = 0;
  for (let at = 0; tries < MOST_TRIES;) {
    const smaller = without(parse(smallest), at);
    if (smaller === undefined) break;
    if (smaller === smallest || !isValid(schema, smaller)) {
      at += 1;
      continue;
    }
    tries += 1;
    if (await isWrong(smaller)) smallest = smaller;
    else at += 1;
  }
  return smallest;
}

const removable: ReadonlySet<string> = new Set([
  Kind.OPERATION_DEFINITION,
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.DIRECTIVE,
  Kind.ARGUMENT,
  Kind.OBJECT_FIELD,
]);

/** Returns a document without one of its nodes; undefined if it does not have as many. */
function without(document: DocumentNode, index: number): string | undefined {
  let at = 0;
  const smaller = visit(document, {
    enter: ({ kind }) => (removable.has(kind) && at++ === index ? null : undefined),
  });
  if (at <= index) return undefined;
  try {
    return print(withoutUnused(parse(print(smaller))));
  } catch {
    // Something is empty now.
    return "";
  }
}

/** Removes fragments and variables that nothing uses any more. */
function withoutUnused(document: DocumentNode): DocumentNode {
  const spread = new Set<string>();
  visit(document, { FragmentSpread: ({ name }) => void spread.add(name.value) });
  const isUsed = (definition: DocumentNode["definitions"][number]) =>
    definition.kind !== Kind.FRAGMENT_DEFINITION || spread.has(definition.name.value);
  const definitions = document.definitions.filter(isUsed);
  if (definitions.length < document.definitions.length)
    return withoutUnused({ ...document, definitions });
  return visit(document, {
    OperationDefinition(operation) {
      const used = variablesIn(document, operation);
      const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
        used.has(variable.name.value),
      );
      return { ...operation, variableDefinitions };
    },
  });
}

function isValid(schema: GraphQLSchema, source: string): boolean {
  return source !== "" && validate(schema, parse(source)).length === 0;
}
