import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";
import { pageSize } from "./connection.ts";
import type { FieldCost } from "./fields/generated.ts";

/** The most that an operation can cost. */
export interface OperationCost {
  /** How many partitions it reads or writes. Rows that are loaded from one partition count once. */
  readonly partitions: number;
  /** How many fields its answer has, leaves and objects. */
  readonly values: number;
}

/** An operation of a valid document. */
export interface CostedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: RawArguments | null | undefined;
}

export interface CostOptions {
  /** Above so many values, counting stops, and both numbers are too small. */
  readonly maxValues: number;
}

/** Values of arguments or variables, as the client has sent them. */
type RawArguments = Readonly<Record<string, unknown>>;

/** How many objects a list is counted as if nothing declares the number of its `rows`. */
const LIST_LENGTH = 10;

/**
 * Returns the most that an operation can cost, by its selected fields and their `extensions.cassandra` alone. A field below
 * a list counts once for each object of the list: of a page as many as requested. Fragments on several types count as if
 * all of them applied. Introspection is not counted.
 */
export function operationCost(
  { schema, document, operation, variables }: CostedOperation,
  { maxValues }: CostOptions,
): OperationCost {
  const type = schema.getRootType(operation.operation)!;
  const walk = new CostWalk({
    schema,
    fragments: fragmentsOf(document),
    variables: withDefaults(operation, variables ?? {}),
    maxValues,
  });
  walk.countAll(type, [operation.selectionSet], { times: 1, page: undefined });
  return { partitions: walk.partitions, values: walk.values };
}

/** What a walk through an operation needs to know. */
interface WalkOptions extends CostOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: RawArguments;
}

/** Where a selection set is. */
interface Position {
  /** How many objects it is applied to. */
  readonly times: number;
  /** How many rows the lists of this object have; undefined: it is no page. */
  readonly page: number | undefined;
}

class CostWalk {
  partitions = 0;
  values = 0;
  readonly #options: WalkOptions;
  /** What was loaded from one partition, and need not be loaded again. */
  readonly #loaded = new Set<string>();

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  countAll(type: GraphQLNamedType, sets: readonly SelectionSetNode[], at: Position): void {
    for (const { parent, nodes } of selectedFields(type, sets, this.#options)) {
      if (this.values > this.#options.maxValues) return;
      const [{ name }] = nodes;
      const field = costliestField(parent, name.value, this.#options.schema);
      if (field || name.value === "__typename") this.values += at.times;
      if (field) this.#count(field, nodes, at);
    }
  }

  #count(field: AnyField, nodes: FieldNodes, { times, page: outerPage }: Position): void {
    const cost = costOf(field);
    const page = cost.page === undefined ? outerPage : this.#pageLimit(field, nodes[0], cost.page);
    this.partitions += this.#partitionsOf(field, nodes[0], { times, page });
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (sets.length === 0) return;
    const below: Position = isListType(getNullableType(field.type))
      ? { times: times * (cost.rows ?? page ?? LIST_LENGTH), page: undefined }
      : { times, page };
    this.countAll(getNamedType(field.type), sets, below);
  }

  #partitionsOf(field: AnyField, node: FieldNode, { times, page = 1 }: Position): number {
    const { partitions = 0, partitionsPerRow = 0, table, loadedBy } = costOf(field);
    const one = partitions + partitionsPerRow * page;
    if (!loadedBy) return times * one;
    const loaded = JSON.stringify([
      table,
      ...loadedBy.map((name) => this.#argument(field, node, name)),
    ]);
    if (this.#loaded.has(loaded)) return 0;
    this.#loaded.add(loaded);
    return one;
  }

  /** Returns the number of rows that a page can have. The field itself refuses numbers out of bounds. */
  #pageLimit(field: AnyField, node: FieldNode, name: string): number {
    const limit = this.#argument(field, node, name);
    const isValid = typeof limit === "number" && limit >= pageSize.min && limit <= pageSize.max;
    return isValid ? limit : pageSize.max;
  }

  #argument(field: AnyField, node: FieldNode, name: string): unknown {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const value = given && valueFromASTUntyped(given.value, this.#options.variables);
    // A variable without a value counts as absent.
    return value ?? field.args.find((argument) => argument.name === name)?.defaultValue;
  }
}

type AnyField = GraphQLField<unknown, unknown>;

/** The nodes that are executed as one field. */
type FieldNodes = readonly [FieldNode, ...FieldNode[]];

/** A field of the answer. */
interface SelectedField {
  /** The type that the field is selected on. */
  readonly parent: GraphQLNamedType;
  readonly nodes: FieldNodes;
}

type SelectionOptions = Pick<WalkOptions, "schema" | "fragments" | "variables">;

/** Returns the selected fields, also of fragments: nodes with one name on one type are one field. */
function selectedFields(
  type: GraphQLNamedType,
  sets: readonly SelectionSetNode[],
  { schema, fragments, variables }: SelectionOptions,
): Iterable<SelectedField> {
  const found = new Map<string, { parent: GraphQLNamedType; nodes: [FieldNode, ...FieldNode[]] }>();
  const entered = new Set<string>();

  function collect(parent: GraphQLNamedType, { selections }: SelectionSetNode) {
    for (const selection of selections) {
      if (isLeftOut(selection, variables)) continue;
      if (selection.kind === Kind.FIELD) add(parent, selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) enter(parent, selection);
      else if (!entered.has(selection.name.value)) {
        entered.add(selection.name.value);
        enter(parent, fragments.get(selection.name.value)!);
      }
    }
  }

  function enter(parent: GraphQLNamedType, { typeCondition, selectionSet }: AnyFragment) {
    const on = typeCondition && schema.getType(typeCondition.name.value);
    collect(on ?? parent, selectionSet);
  }

  function add(parent: GraphQLNamedType, node: FieldNode) {
    const key = `${parent.name} ${(node.alias ?? node.name).value}`;
    const same = found.get(key);
    if (same) same.nodes.push(node);
    else found.set(key, { parent, nodes: [node] });
  }

  for (const set of sets) collect(type, set);
  return found.values();
}

type AnyFragment = Pick<FragmentDefinitionNode, "selectionSet"> & {
  readonly typeCondition?: FragmentDefinitionNode["typeCondition"] | undefined;
};

/** Whether `@skip` or `@include` leaves a selection out. */
function isLeftOut({ directives = [] }: SelectionNode, variables: RawArguments): boolean {
  return directives.some(({ name, arguments: args = [] }) => {
    const condition = args[0] && valueFromASTUntyped(args[0].value, variables);
    if (name.value === "skip") return condition === true;
    return name.value === "include" && condition === false;
  });
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

/** Returns the variables of an operation, those that the client has not sent with their defaults. */
function withDefaults(operation: OperationDefinitionNode, given: RawArguments): RawArguments {
  const defaults = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
  );
  return defaults.length === 0 ? given : { ...Object.fromEntries(defaults), ...given };
}

/** Returns a field by its name; of an interface, that of the type where it costs most. Undefined for introspection. */
function costliestField(
  type: GraphQLNamedType,
  name: string,
  schema: GraphQLSchema,
): AnyField | undefined {
  if (isObjectType(type)) return type.getFields()[name];
  if (!isInterfaceType(type)) return undefined;
  const fields = schema.getPossibleTypes(type).flatMap((member) => member.getFields()[name] ?? []);
  return fields.toSorted((one, other) => mostPartitions(other) - mostPartitions(one))[0];
}

function mostPartitions(field: AnyField): number {
  const { partitions = 0, partitionsPerRow = 0 } = costOf(field);
  return partitions + partitionsPerRow * pageSize.max;
}

function costOf({ extensions }: AnyField): FieldCost & { readonly table?: string } {
  return (extensions["cassandra"] ?? {}) as FieldCost;
}
