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
  print,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";
import { pageSize } from "./connection.ts";
import type { FieldCost } from "./fields/generated.ts";

/** The most that an operation can cost. */
export interface OperationCost {
  /** How many partitions it reads or writes. Rows that are loaded from one partition count once. */
  readonly partitions: number;
  /** How many points these cost: one each, but more of those that lightweight transactions write. */
  readonly points: number;
  /** How many of these partitions its root fields take themselves, without what is selected of them. */
  readonly ofRoot: number;
  /** How many fields its answer has, leaves and objects. */
  readonly values: number;
  /** How many characters the names of these fields have. */
  readonly characters: number;
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

/** How many costs of one operation are remembered: it may have as many different pages. */
const COSTS_KEPT = 100;

/**
 * Creates the function that returns the most that an operation can cost, by its selected fields and their
 * `extensions.cassandra` alone. A field below a list counts once for each object of the list: of a page as many as
 * requested. Fragments on several types count as if all of them applied. Introspection is not counted.
 */
export function createOperationCost(options: CostOptions) {
  const known = new WeakMap<OperationDefinitionNode, Map<string, OperationCost>>();
  return (operation: CostedOperation): OperationCost => {
    const costs = known.get(operation.operation) ?? new Map<string, OperationCost>();
    const text = textOfCounts(operation);
    const found = costs.get(text);
    if (found) return found;
    const walk = new CostWalk(operation, options);
    const cost = walk.total();
    if (walk.isRepeatable && costs.size < COSTS_KEPT) {
      known.set(operation.operation, costs.set(text, cost));
    }
    return cost;
  };
}

/** Returns a text of the variables on which the cost depends. */
function textOfCounts({ operation, variables }: CostedOperation): string {
  let names = countVariables.get(operation);
  if (!names) countVariables.set(operation, (names = namesOfCounts(operation)));
  // As JSON: a text that looks like a number is none, and is refused later.
  return names.map((name) => JSON.stringify(variables?.[name])).join(" ");
}

const countVariables = new WeakMap<OperationDefinitionNode, readonly string[]>();

/** Returns the variables on which a cost can depend: those of pages are of type Int, those of directives Boolean. */
function namesOfCounts({ variableDefinitions = [] }: OperationDefinitionNode): readonly string[] {
  return variableDefinitions.flatMap(({ variable, type }) => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    const isCount = named.kind === Kind.NAMED_TYPE && /^(Int|Boolean)$/.test(named.name.value);
    return isCount ? [variable.name.value] : [];
  });
}

/** Where a selection set is. */
interface Position {
  /** How many objects it is applied to. */
  readonly times: number;
  /** How many rows the lists of this object have; undefined: it is no page. */
  readonly page: number | undefined;
}

/** A field that loads a row from a partition that its arguments name. */
interface PartitionLoad {
  readonly field: AnyField;
  readonly node: FieldNode;
}

class CostWalk {
  /** Whether the cost is the same for all variables of another type than Int and Boolean. */
  isRepeatable = true;
  #partitions = 0;
  #points = 0;
  #ofRoot = 0;
  #values = 0;
  #characters = 0;
  readonly #loads: PartitionLoad[] = [];
  readonly #operation: OperationDefinitionNode;
  readonly #variables: RawArguments;
  readonly #scope: FragmentScope;
  readonly #maxValues: number;

  constructor(
    { schema, document, operation, variables }: CostedOperation,
    { maxValues }: CostOptions,
  ) {
    this.#operation = operation;
    this.#variables = withDefaults(operation, variables ?? {});
    this.#scope = { schema, fragments: fragmentsOf(document), variables: this.#variables };
    this.#maxValues = maxValues;
  }

  total(): OperationCost {
    const { operation, selectionSet } = this.#operation;
    const type = this.#scope.schema.getRootType(operation)!;
    for (const { nodes } of selectedFields(type, [selectionSet], this.#scope)) {
      const field = costliestField(type, nodes[0].name.value, this.#scope.schema);
      if (field) this.#ofRoot += declaredCost(field).partitions ?? 0;
    }
    this.#countAll(type, [selectionSet], { times: 1, page: undefined });
    const loaded = this.#loadedPartitions();
    return {
      partitions: this.#partitions + loaded,
      points: this.#points + loaded,
      ofRoot: this.#ofRoot,
      values: this.#values,
      characters: this.#characters,
    };
  }

  #countAll(type: GraphQLNamedType, sets: readonly SelectionSetNode[], at: Position): void {
    for (const { parent, nodes } of selectedFields(type, sets, this.#scope)) {
      if (this.#values > this.#maxValues) return;
      const [{ name, alias = name }] = nodes;
      const field = costliestField(parent, name.value, this.#scope.schema);
      if (field || name.value === "__typename") {
        this.#values += at.times;
        this.#characters += at.times * alias.value.length;
      }
      if (field) this.#count(field, nodes, at);
    }
  }

  #count(field: AnyField, nodes: FieldNodes, { times, page: outerPage }: Position): void {
    const [node] = nodes;
    const {
      partitions = 0,
      partitionsPerRow = 0,
      loadedBy,
      points = 1,
      ...lists
    } = declaredCost(field);
    const page =
      lists.page === undefined ? outerPage : this.#pageLimit({ field, node }, lists.page);
    const keys = lists.keys === undefined ? undefined : this.#lengthOf(node, lists.keys);
    if (loadedBy) this.#loads.push({ field, node });
    else {
      const touched = times * (keys ?? 1) * (partitions + partitionsPerRow * (page ?? 1));
      this.#partitions += touched;
      this.#points += touched * points;
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (sets.length === 0) return;
    const below: Position = isListType(getNullableType(field.type))
      ? { times: times * (keys ?? lists.rows ?? page ?? LIST_LENGTH), page: undefined }
      : { times, page };
    this.#countAll(getNamedType(field.type), sets, below);
  }

  /** Returns the number of rows that a page can have. The field itself refuses numbers out of bounds. */
  #pageLimit(at: PartitionLoad, name: string): number {
    const given = argumentOf(at.node, name);
    const value = given && valueFromASTUntyped(given, this.#variables);
    // A variable without a value counts as absent.
    const limit = value ?? at.field.args.find((argument) => argument.name === name)?.defaultValue;
    const isValid = typeof limit === "number" && limit >= pageSize.min && limit <= pageSize.max;
    return isValid ? limit : pageSize.max;
  }

  /** Returns the length of a list that is an argument. What is no list is a list of one item. */
  #lengthOf(node: FieldNode, name: string): number {
    const given = argumentOf(node, name);
    // The keys may be in variables of any type, which `textOfCounts` does not look at.
    this.isRepeatable = false;
    const value: unknown = given && valueFromASTUntyped(given, this.#variables);
    return Array.isArray(value) ? value.length : 1;
  }

  #loadedPartitions(): number {
    if (this.#loads.length <= 1) return this.#loads.length;
    const partitions = this.#loads.map(({ field, node }) => {
      const { table, loadedBy = [] } = declaredCost(field);
      const texts = loadedBy.map((name) => {
        const given = argumentOf(node, name);
        return given && this.#textOf(given);
      });
      return JSON.stringify([table, ...texts]);
    });
    return new Set(partitions).size;
  }

  /** Returns a text that equal values of an argument have. Numbers as they are written: a double holds no large ones. */
  #textOf(node: ValueNode): string {
    if (node.kind === Kind.LIST) return `[${node.values.map((each) => this.#textOf(each)).join()}]`;
    if (node.kind === Kind.OBJECT) {
      const fields = node.fields.map(({ name, value }) => `${name.value}:${this.#textOf(value)}`);
      return `{${fields.join()}}`;
    }
    if (node.kind !== Kind.VARIABLE) return print(node);
    this.isRepeatable = false;
    return JSON.stringify(this.#variables[node.name.value]) ?? "";
  }
}

function argumentOf({ arguments: given = [] }: FieldNode, name: string): ValueNode | undefined {
  return given.find((argument) => argument.name.value === name)?.value;
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

interface FragmentScope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: RawArguments;
}

/** Returns the selected fields, also of fragments: nodes with one name on one type are one field. */
function selectedFields(
  type: GraphQLNamedType,
  sets: readonly SelectionSetNode[],
  { schema, fragments, variables }: FragmentScope,
): readonly SelectedField[] {
  // By type and name, not by a text of both: names may be long.
  const found = new Map<GraphQLNamedType, Map<string, [FieldNode, ...FieldNode[]]>>();
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
    let byName = found.get(parent);
    if (!byName) found.set(parent, (byName = new Map()));
    const name = (node.alias ?? node.name).value;
    const same = byName.get(name);
    if (same) same.push(node);
    else byName.set(name, [node]);
  }

  for (const set of sets) collect(type, set);
  return [...found].flatMap(([parent, byName]) =>
    [...byName.values()].map((nodes) => ({ parent, nodes })),
  );
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
  const { partitions = 0, partitionsPerRow = 0 } = declaredCost(field);
  return partitions + partitionsPerRow * pageSize.max;
}

function declaredCost({ extensions }: AnyField): FieldCost & { readonly table?: string } {
  return (extensions["cassandra"] ?? {}) as FieldCost;
}
