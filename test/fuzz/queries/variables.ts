import {
  type GraphQLInputType,
  GraphQLNonNull,
  getNullableType,
  isInputObjectType,
  isNonNullType,
} from "graphql";
import type { Random } from "../../chaos/random.ts";
import { oddText } from "../text.ts";
import { literalOf } from "./literal.ts";
import type { JsonValues } from "./rows.ts";

/** A variable of a document. */
interface Variable {
  readonly name: string;
  /** Its type, perhaps with a default. */
  readonly definition: string;
  /** Returns a right value in JSON. */
  readonly value: () => unknown;
}

/** The variables of a document. */
export class Variables {
  readonly #random: Random;
  readonly #all = new Map<string, Variable>();
  /** The most variables in conditions. */
  readonly #conditions: number;

  constructor(random: Random) {
    this.#random = random;
    this.#conditions = random.of([1, 1, 2, 3, 6]);
  }

  /** Writes a value of a place, parts of which may be variables. */
  write(value: unknown, place: InputPlace): string {
    const random = this.#random;
    if (random.chance(0.3)) return this.#declare(value, place);
    const type = getNullableType(place.type);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isInputObjectType(type) || !isObject || random.chance(0.5))
      return literalOf(value, place.type);
    const fields = type.getFields();
    const written = Object.entries(value).map(([name, each]) => {
      const field = fields[name]!;
      // A variable of a member must not be null.
      const inner = type.isOneOf ? new GraphQLNonNull(field.type) : field.type;
      const hasDefault = field.defaultValue !== undefined;
      return `${name}: ${this.write(each, { type: inner as GraphQLInputType, hasDefault })}`;
    });
    return `{${written.join(", ")}}`;
  }

  #declare(value: unknown, { type, hasDefault }: InputPlace): string {
    const random = this.#random;
    const nullable = getNullableType(type);
    const isStrict = isNonNullType(type);
    let definition = String(type);
    if (isStrict && value != null && random.chance(0.2))
      definition = `${String(nullable)} = ${literalOf(value, type)}`;
    else if (isStrict && hasDefault && random.chance(0.3)) definition = String(nullable);
    else if (!isStrict && random.chance(0.2)) definition = `${definition}!`;
    else if (random.chance(0.1)) definition += ` = ${literalOf(value, type)}`;
    const name = random.chance(0.03) ? "__proto__" : `v${this.#all.size}`;
    if (!this.#all.has(name)) this.#all.set(name, { name, definition, value: () => value });
    return `$${name}`;
  }

  /** Writes the condition of `@skip` or `@include`. */
  condition(): string {
    const random = this.#random;
    if (random.chance(0.4)) return random.of(["true", "false"]);
    const at = random.whole(this.#conditions);
    const name = `c${at}`;
    if (!this.#all.has(name)) {
      const definition = random.of([
        "Boolean!",
        "Boolean!",
        "Boolean! = true",
        "Boolean = false",
        "Boolean = true",
      ]);
      this.#all.set(name, { name, definition, value: () => random.chance(0.5) });
    }
    return `$${name}`;
  }

  /** Returns the definitions of some variables. */
  definitions(names: Iterable<string>): string {
    const written = [...names].map((name) => `$${name}: ${this.#all.get(name)!.definition}`);
    return written.length > 0 ? `(${written.join(", ")})` : "";
  }

  /** Returns values: mostly right ones. */
  values(): JsonValues {
    const random = this.#random;
    const isCareful = random.chance(0.8);
    const values = [...this.#all.values()].flatMap(({ name, definition, value }) => {
      const isOptional = definition.includes("=") || !definition.endsWith("!");
      if (random.chance(isOptional ? 0.2 : isCareful ? 0 : 0.2)) return [];
      if (!isCareful && random.chance(0.2)) return [[name, wrongValue(random, value())] as const];
      return [[name, value()] as const];
    });
    // One that no operation has.
    if (random.chance(0.03)) values.push(["extra", { a: [1] }]);
    return Object.fromEntries(values);
  }
}

/** Where a value is written. */
export interface InputPlace {
  readonly type: GraphQLInputType;
  /** Whether the argument or the field has a default. */
  readonly hasDefault: boolean;
}

function wrongValue(random: Random, right: unknown): unknown {
  return random.of([
    null,
    null,
    undefined,
    1.5,
    -1,
    "",
    oddText(random),
    [right],
    { a: right },
    {},
    true,
    { gt: null },
    [],
  ]);
}
