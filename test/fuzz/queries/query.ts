import { type DocumentNode, Kind, parse, visit } from "graphql";
import type { Random } from "../../chaos/random.ts";
import type { JsonValues } from "./rows.ts";
import { type SelectionChoices, SelectionWriter } from "./selection.ts";
import { Variables } from "./variables.ts";
import { type ViewerName, viewerNames } from "./viewers.ts";

/** How an operation of a document is executed. */
export interface QueryRun {
  readonly variables: JsonValues | undefined;
  readonly operationName: string | null | undefined;
  readonly viewer: ViewerName;
}

/** A document, and how its operations are executed, one after the other. */
export interface FuzzQuery {
  readonly source: string;
  readonly runs: readonly QueryRun[];
}

/** Writes a document with queries. Few are not valid. */
export function writeQuery(
  choices: Omit<SelectionChoices, "variables" | "isPlannable">,
): FuzzQuery {
  const { random } = choices;
  const variables = new Variables(random);
  const isPlannable = random.chance(0.8);
  const writer = new SelectionWriter({ ...choices, variables, isPlannable });
  const names = random.chance(0.12) ? ["A", "B"] : [random.of(["", "A", "__proto__"])];
  const operations = names.map((name) => `query ${name} ${writer.root()}`);
  const document = [...operations, ...writer.fragments].join("\n");
  return {
    source: withDefinitions(document, variables),
    runs: Array.from({ length: random.of([1, 2, 3]) }, () => ({
      variables: random.chance(0.02) ? undefined : variables.values(),
      operationName: chooseName(random, names),
      viewer: random.of(viewerNames),
    })),
  };
}

function chooseName(random: Random, names: readonly string[]): string | null | undefined {
  if (names.length > 1) return random.chance(0.9) ? random.of(names) : random.of([null, "C", ""]);
  if (random.chance(0.03)) return random.of(["C", ""]);
  return random.chance(0.3) ? names[0] || undefined : undefined;
}

/** Adds the definitions of the variables that each operation uses. */
function withDefinitions(source: string, variables: Variables): string {
  const document = parse(source);
  return document.definitions
    .map((definition) => {
      const { start, end } = definition.loc!;
      const text = source.slice(start, end);
      if (definition.kind !== Kind.OPERATION_DEFINITION) return text;
      const used = variables.definitions(variablesIn(document, definition));
      const name = definition.name?.value ?? "";
      const { start: selected } = definition.selectionSet.loc!;
      return `query ${name}${used} ${source.slice(selected, end)}`;
    })
    .join("\n");
}

/** Returns the variables that a definition and its fragments use. */
export function variablesIn(
  document: DocumentNode,
  definition: DocumentNode["definitions"][number],
): ReadonlySet<string> {
  const used = new Set<string>();
  const visited = new Set<string>();
  const collect = (node: typeof definition) => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
      FragmentSpread({ name }) {
        if (visited.has(name.value)) return;
        visited.add(name.value);
        const fragment = document.definitions.find(
          (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name.value,
        );
        if (fragment) collect(fragment);
      },
    });
  };
  collect(definition);
  return used;
}
