import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { leaveToExecutor } from "./for-executor.ts";

/** The nodes of one response name: the executor takes the arguments of the first, and the selections of all. */
export type MergedNodes = readonly [FieldNode, ...FieldNode[]];

/** What the selections of an operation depend on. */
export interface Selecting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Returns the value of a variable in a condition. */
  readonly isTrue: (variable: string) => boolean;
}

/**
 * Returns the selected fields of a type by their response names, in the order of the answer (CollectFields in the
 * specification of GraphQL, 6.3.2).
 */
export function collectFields(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  { schema, fragments, isTrue }: Selecting,
): ReadonlyMap<string, MergedNodes> {
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
  const visited = new Set<string>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (isIncluded(selection)) add(selection);
    }
  }

  function add(selection: SelectionNode): void {
    if (selection.kind === Kind.FIELD) {
      const name = responseKey(selection);
      const nodes = fields.get(name);
      if (nodes) nodes.push(selection);
      else fields.set(name, [selection]);
      return;
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet);
      return;
    }
    const { value: name } = selection.name;
    if (visited.has(name)) return;
    visited.add(name);
    const fragment = fragments.get(name);
    if (fragment && applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
  }

  function applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const other = schema.getType(condition);
    return isAbstractType(other) && schema.isSubType(other, type);
  }

  function isIncluded({ directives = [] }: SelectionNode): boolean {
    return directives.every(({ name, arguments: given = [] }) => {
      const { value: directive } = name;
      if (directive !== "skip" && directive !== "include") return leaveToExecutor();
      const value = given[0]?.value;
      if (value?.kind === Kind.VARIABLE)
        return isTrue(value.name.value) === (directive === "include");
      if (value?.kind === Kind.BOOLEAN) return value.value === (directive === "include");
      return leaveToExecutor();
    });
  }

  for (const set of sets) collect(set);
  return fields;
}

/** Returns the name of a selected field in the answer. */
export function responseKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** Returns the selection sets of nodes with one response name. */
export function selectionSets(nodes: MergedNodes): readonly SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}
