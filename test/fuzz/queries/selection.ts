import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from "graphql";
import { plannableColumn, plannableRead } from "../../../src/pothos/plan/plannable.ts";
import { type ArgumentChoices, writeArguments } from "./arguments.ts";

export interface SelectionChoices extends ArgumentChoices {
  readonly schema: GraphQLSchema;
  /** Whether only fields are selected that plans can answer. */
  readonly isPlannable: boolean;
}

type AnyField = GraphQLField<unknown, unknown>;

/** A field that was written with its name in the answer and its arguments. */
interface WrittenField {
  readonly parent: GraphQLNamedOutputType;
  readonly field: AnyField | undefined;
  readonly text: string;
}

/** A fragment that was written. */
interface Fragment {
  readonly name: string;
  readonly type: GraphQLNamedOutputType;
  readonly text: string;
}

/** Names that objects have, and others. A name is used for fields of one kind only, so that no two are in conflict. */
const aliases = [
  ..."__proto__ constructor toString hasOwnProperty valueOf then toJSON length data errors".split(
    " ",
  ),
  ..."a b c _ __typename nodes edges cursor note name".split(" "),
];

/** Writes the selections of one document. */
export class SelectionWriter {
  readonly #choices: SelectionChoices;
  /** What each name in the answer stands for. */
  readonly #meanings = new Map<string, string>();
  readonly #fields: WrittenField[] = [];
  readonly #fragments: Fragment[] = [];
  readonly #rowsOf = new Set<string>();
  #fragmentCount = 0;
  #budget: number;

  constructor(choices: SelectionChoices) {
    this.#choices = choices;
    this.#budget = choices.random.of([12, 25, 25, 60]);
  }

  /** The fragments that were spread. */
  get fragments(): readonly string[] {
    return this.#fragments.map(
      ({ name, type, text }) => `fragment ${name} on ${type.name} ${text}`,
    );
  }

  /** Writes what an operation selects. */
  root(): string {
    const { random, schema } = this.#choices;
    const count = random.of([1, 1, 1, 2, 2, 3, 5]);
    return this.#set(schema.getQueryType()!, count);
  }

  #set(type: GraphQLNamedOutputType, count = 1 + this.#choices.random.whole(5)): string {
    const written = Array.from({ length: count }, () => this.#selection(type));
    return `{ ${written.join(" ")} }`;
  }

  #selection(type: GraphQLNamedOutputType): string {
    const { random } = this.#choices;
    const draw = random.next();
    this.#budget -= 1;
    if (draw < 0.06) return this.#written({ parent: type, field: undefined });
    if (draw < 0.13) return this.#inlineFragment(type);
    if (draw < 0.2) return this.#spread(type);
    if (draw < 0.28) return this.#again(type);
    return this.#field(type);
  }

  #field(type: GraphQLNamedOutputType): string {
    const { random } = this.#choices;
    if (!isObjectType(type) && !isInterfaceType(type)) return this.#inlineFragment(type);
    const fields = Object.values(type.getFields()).filter((field) => this.#isWanted(field));
    const open =
      this.#budget > 0 ? fields : fields.filter((field) => isLeafType(getNamedType(field.type)));
    if (open.length === 0) return "__typename";
    return this.#written({ parent: type, field: random.of(open) });
  }

  #isWanted(field: AnyField): boolean {
    const { isPlannable } = this.#choices;
    if (!isPlannable) return true;
    const read = plannableRead(field);
    if (read) return read.reads === "page" || !this.#rowsOf.has(read.table.name);
    if (isLeafType(getNullableType(field.type)))
      return plannableColumn(field) !== undefined || connectionLeaves.has(field.name);
    return ["nodes", "edges", "node", "pageInfo"].includes(field.name);
  }

  /** Selects an earlier field of the type once more. */
  #again(type: GraphQLNamedOutputType): string {
    const { random } = this.#choices;
    const earlier = this.#fields.filter(({ parent }) => parent === type);
    if (earlier.length === 0) return this.#field(type);
    return this.#withSelection(random.of(earlier));
  }

  /** Writes a field; undefined: `__typename`. */
  #written({ parent, field }: Pick<WrittenField, "parent" | "field">): string {
    const read = field && plannableRead(field);
    if (read?.reads === "row") this.#rowsOf.add(read.table.name);
    const name = field?.name ?? "__typename";
    const call = field && field.args.length > 0 ? writeArguments(field, this.#choices) : "";
    const text = this.#named(`${name}${call}`, field ? String(field.type) : "String!");
    const written = { parent, field, text };
    this.#fields.push(written);
    return this.#withSelection(written);
  }

  #withSelection({ field, text }: WrittenField): string {
    const type = field && getNamedType(field.type);
    const inner = type && isCompositeType(type) ? ` ${this.#set(type)}` : "";
    return `${text}${this.#directives()}${inner}`;
  }

  /** Gives a field a name in the answer that stands for nothing else. */
  #named(call: string, type: string): string {
    const { random } = this.#choices;
    const name = /^\w+/.exec(call)![0];
    const meaning = `${call}: ${type}`;
    const tried = random.chance(0.75) ? [name, random.of(aliases)] : [random.of(aliases)];
    for (const key of [...tried, random.of(aliases), `a${this.#meanings.size}`]) {
      const known = this.#meanings.get(key) ?? meaning;
      if (known !== meaning) continue;
      this.#meanings.set(key, meaning);
      return key === name ? call : `${key}: ${call}`;
    }
    return call;
  }

  #inlineFragment(type: GraphQLNamedOutputType): string {
    const { random } = this.#choices;
    const on = this.#condition(type);
    const condition =
      on === type && random.chance(0.5) && !isAbstractType(type) ? "" : ` on ${on.name}`;
    return `...${condition}${this.#directives()} ${this.#set(on, 1 + random.whole(3))}`;
  }

  /** Returns a type on which a fragment can be within another one. */
  #condition(type: GraphQLNamedOutputType): GraphQLNamedOutputType {
    const { random, schema } = this.#choices;
    if (isAbstractType(type)) return random.of([type, ...schema.getPossibleTypes(type)]);
    const abstract = Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .filter((each) => isObjectType(type) && schema.isSubType(each, type));
    return random.of([type, type, ...abstract]);
  }

  #spread(type: GraphQLNamedOutputType): string {
    const { random } = this.#choices;
    const on = this.#condition(type);
    const known = this.#fragments.filter((fragment) => fragment.type === on);
    if (known.length > 0 && random.chance(0.6))
      return `...${random.of(known).name}${this.#directives()}`;
    if (this.#fragmentCount >= 6) return this.#inlineFragment(type);
    const name = random.chance(0.1) ? `toString${this.#fragmentCount}` : `F${this.#fragmentCount}`;
    this.#fragmentCount += 1;
    // It is known when it is complete, so that none spreads itself.
    const text = this.#set(on, 1 + random.whole(4));
    this.#fragments.push({ name, type: on, text });
    return `...${name}${this.#directives()}`;
  }

  #directives(): string {
    const { random, variables } = this.#choices;
    if (!random.chance(0.12)) return "";
    const names = random.of([["skip"], ["include"], ["include"], ["include", "skip"]]);
    return names.map((name) => ` @${name}(if: ${variables.condition()})`).join("");
  }
}

const connectionLeaves: ReadonlySet<string> = new Set([
  "cursor",
  "hasNextPage",
  "hasPreviousPage",
  "startCursor",
  "endCursor",
]);
