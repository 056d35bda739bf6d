import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
} from "graphql";
import { schema } from "../../src/party/schema.ts";
import type { Choices } from "./case.ts";
import { mutateText, oddText } from "./text.ts";
import { writeValue } from "./value.ts";

/** An operation as it is sent. */
export interface Written {
  readonly query: string;
  /** A JSON text. */
  readonly variables: string;
  readonly operationName?: string;
}

/** Writes an operation by the grammar and the schema: mostly a valid one, sometimes with mistakes of every kind. */
export function writeOperation(choices: Choices, kind = kindOf(choices)): Written {
  const { random } = choices;
  const isCareful = random.chance(0.55);
  const budget = random.chance(0.1) ? 150 : 15 + random.whole(30);
  const writer = new Writer({ ...choices, isCareful }, budget);
  const query = random.chance(0.06) ? awkwardDocument(choices) : writer.document(kind);
  const isMutated = !isCareful && random.chance(0.3);
  return {
    query: isMutated ? mutateText(query, random) : query,
    variables: writer.variablesJson(),
    ...(!isCareful &&
      random.chance(0.1) && {
        operationName: random.of(["A", "Operation", oddText(random)]),
      }),
  };
}

/** Writes the body of a request. */
export function writeBody({ query, variables, operationName }: Written): string {
  const name =
    operationName === undefined ? "" : `,"operationName":${JSON.stringify(operationName)}`;
  return `{"query":${JSON.stringify(query)},"variables":${variables}${name}}`;
}

function kindOf({ random }: Choices): OperationTypeNode {
  const draw = random.next();
  if (draw < 0.6) return OperationTypeNode.QUERY;
  return draw < 0.92 ? OperationTypeNode.MUTATION : OperationTypeNode.SUBSCRIPTION;
}

class Writer {
  readonly #choices: Choices;
  /** How many selections may still be written. */
  #budget: number;
  readonly #variables = new Map<string, { readonly type: string; readonly json: string }>();
  readonly #spread = new Set<string>();
  #isFragment = false;

  constructor(choices: Choices, budget: number) {
    this.#choices = choices;
    this.#budget = budget;
  }

  /** Whether to make a mistake now. */
  #mistakes(probability: number): boolean {
    const { random, isCareful = false } = this.#choices;
    return !isCareful && random.chance(probability);
  }

  document(kind: OperationTypeNode): string {
    const { random } = this.#choices;
    const root = schema.getRootType(kind)!;
    const depth = random.of([3, 4, 6, 12]);
    const selection = this.#rootSelection(root, depth);
    const fragments = this.#fragments(depth);
    const variables = [...this.#variables].map(([name, { type }]) => `$${name}: ${type}`);
    const head = variables.length > 0 ? ` Operation(${variables.join(", ")})` : "";
    const other = this.#mistakes(0.08) ? ` ${kind} A { __typename }` : "";
    return `${kind}${head}${this.#directives(false)} ${selection}${fragments}${other}`;
  }

  variablesJson(): string {
    const given = [...this.#variables].filter(() => !this.#mistakes(0.03));
    return `{${given.map(([name, { json }]) => `${JSON.stringify(name)}: ${json}`).join(", ")}}`;
  }

  #rootSelection(root: GraphQLObjectType, depth: number): string {
    const { random, isCareful = false } = this.#choices;
    if (root === schema.getQueryType() && random.chance(0.08)) {
      return `{ ${this.#introspection(depth)} }`;
    }
    // A subscription has one field.
    if (root === schema.getSubscriptionType() && isCareful) {
      return `{ ${this.#field(random.of(Object.values(root.getFields())), depth)} }`;
    }
    return this.#selectionSet(root, depth);
  }

  #selectionSet(type: GraphQLNamedType, depth: number): string {
    const { random } = this.#choices;
    const count = 1 + random.whole(4);
    return `{ ${Array.from({ length: count }, () => this.#selection(type, depth)).join(" ")} }`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const { random } = this.#choices;
    if (--this.#budget < 0 || depth <= 0) return "__typename";
    const draw = random.next();
    if (draw < 0.06 && isObjectType(type)) {
      const on = this.#mistakes(0.1) ? random.of(objectTypes) : type;
      const name = `On${on.name}`;
      // A fragment that spreads itself is a mistake.
      if (this.#choices.isCareful && this.#isFragment) return "__typename";
      this.#spread.add(name);
      return `...${name}${this.#directives()}`;
    }
    if (draw < 0.12 || (isAbstractType(type) && draw < 0.8)) {
      const on = this.#mistakes(0.05)
        ? random.of(Object.values(schema.getTypeMap()))
        : random.of(isAbstractType(type) ? schema.getPossibleTypes(type) : [type]);
      return `... on ${on.name}${this.#directives()} ${this.#selectionSet(on, depth - 1)}`;
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return "__typename";
    return this.#field(random.of(Object.values(type.getFields())), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const { random } = this.#choices;
    const name = this.#mistakes(0.01) ? "unknown" : field.name;
    // Two fields of one name and different arguments are a mistake, so most have another name.
    const isNamed = field.args.length > 0 ? !this.#mistakes(0.05) : random.chance(0.2);
    const alias = isNamed ? `a${random.whole(100_000)}: ` : "";
    const args = field.args
      .filter(({ type }) => (isNonNullType(type) ? !this.#mistakes(0.02) : random.chance(0.6)))
      .map((arg) => `${arg.name}: ${this.#value(arg.type, arg.name)}`);
    const type = getNamedType(field.type);
    const hasSelection = isCompositeType(type) !== this.#mistakes(0.01);
    const inner = hasSelection ? ` ${this.#selectionSet(type, depth - 1)}` : "";
    return `${alias}${name}${args.length > 0 ? `(${args.join(", ")})` : ""}${this.#directives()}${inner}`;
  }

  /** Writes a literal, or a variable of the type, sometimes of another type. */
  #value(type: GraphQLInputType, name: string): string {
    const { random } = this.#choices;
    const choices = { ...this.#choices, name };
    if (random.chance(0.4)) return writeValue(type, { ...choices, notation: "GraphQL" });
    const variable = `v${this.#variables.size}`;
    const shown = this.#mistakes(0.05) ? random.of(["Int", "[UUID!]!", "Party"]) : String(type);
    const initial = random.chance(0.1)
      ? ` = ${writeValue(type, { ...choices, notation: "GraphQL" })}`
      : "";
    const json = writeValue(type, { ...choices, notation: "JSON" });
    this.#variables.set(variable, { type: shown + initial, json });
    return `$${variable}`;
  }

  /** Writes directives of a place where `@skip` and `@include` may be, if it is one. */
  #directives(isPlace = true): string {
    const { random } = this.#choices;
    if (!random.chance(0.08)) return "";
    if (!this.#mistakes(0.3)) return isPlace ? random.of(harmless) : "";
    return random.of([
      ` @skip(if: ${writeValue(skipIf, { ...this.#choices, notation: "GraphQL" })})`,
      " @skip(if: false) @include(if: true)",
      " @skip",
      " @unknown",
      ' @deprecated(reason: "no")',
      " @include(if: true)".repeat(30),
    ]);
  }

  /** Writes the fragments that are spread. They can spread each other and themselves, which is a mistake. */
  #fragments(depth: number): string {
    let text = "";
    this.#isFragment = true;
    // Writing one may spread another, which the loop then meets.
    for (const name of this.#spread) {
      if (this.#mistakes(0.03)) continue;
      const on = schema.getType(name.slice(2))!;
      text += ` fragment ${name} on ${on.name}${this.#directives(false)} ${this.#selectionSet(on, Math.min(depth, 4))}`;
    }
    return text;
  }

  #introspection(depth: number): string {
    const { random } = this.#choices;
    const type = schema.getType("__Type")!;
    return random.of([
      `__schema ${this.#selectionSet(schema.getType("__Schema")!, depth)}`,
      `__type(name: "Party") ${this.#selectionSet(type, depth)}`,
      `__type(name: ${JSON.stringify(oddText(random))}) ${this.#selectionSet(type, depth)}`,
    ]);
  }
}

const harmless = [" @skip(if: false)", " @include(if: true)", " @include(if: false)"];
const objectTypes = Object.values(schema.getTypeMap()).filter(isObjectType);
const skipIf = schema.getDirective("skip")!.args[0]!.type;

/** Writes a document that is hard to parse, validate or execute, near the limits. */
function awkwardDocument({ random, world }: Choices): string {
  const { city, id } = random.of(world.keys);
  const party = `party(city: ${JSON.stringify(city)}, id: ${JSON.stringify(id)})`;
  const times = (count: number, write: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => write(at)).join(" ");
  const count = random.of([20, 100, 240, 330]);
  return random.of<() => string>([
    () => `{ ${times(count, () => "__typename")} }`,
    () => `{ ${times(count / 10, (at) => `a${at}: ${party} { id name }`)} }`,
    () => `{ ${party} { ${times(count * 2, () => "name")} } }`,
    () => `{ ${"... {".repeat(count)} __typename ${"}".repeat(count)} }`,
    () => `{ __type(name: "Party") ${"{ ofType ".repeat(count)} { name } ${"}".repeat(count)} }`,
    () =>
      `{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }`,
    () => `{ ...F0 } ${times(count / 5, (at) => `fragment F${at} on Query { ...F${at + 1} }`)}`,
    () =>
      `{ ${times(count / 4, () => `...F`)} } fragment F on Query { ${times(count / 4, (at) => `x${at}: __typename`)} }`,
    () => `{ ${times(count / 3, (at) => `${party} { a: ${at % 2 ? "id" : "name"} }`)} }`,
    () => times(count / 4, (at) => `query Q${at} { __typename }`),
    () => `query (${times(count / 4, (at) => `$v${at}: Int = ${at}`)}) { __typename }`,
    () => `{ __typename ${times(count / 2, () => "@include(if: true)")} }`,
    () => `{ partiesInCity(city: ${"[".repeat(count)}${"]".repeat(count)}) { __typename } }`,
    () => `{ party(city: ${"{a:".repeat(count)}1${"}".repeat(count)}, id: 1) { id } }`,
    () => `{ ${"a".repeat(50_000)} }`,
    () => `{ __typename } #${"x".repeat(90_000)}`,
    () => `{ __typename }${"\n".repeat(random.of([1990, 2100, 60_000]))}`,
    () => `\ufeff{ __typename }`,
    () => `{ partiesInCity(city: """${"\n ".repeat(900)}""") { __typename } }`,
    () => `{ partiesInCity(city: "\\u{110000}") { __typename } }`,
    () => `{ partiesInCity(city: "\\ud800") { nodes { id } } }`,
    () => `type Query { a: Int } extend type Party { b: Int } query { __typename }`,
    () =>
      `subscription { ${times(3, (at) => `a${at}: partiesChanged(city: "Rome") { __typename }`)} }`,
    () =>
      `mutation { ${times(count / 10, (at) => `a${at}: addPeople(city: ${JSON.stringify(city)}, id: ${JSON.stringify(id)}, delta: 1) { __typename }`)} }`,
  ])();
}
