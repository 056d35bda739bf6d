import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";
import type { Random } from "../../chaos/random.ts";
import { oddText } from "../text.ts";
import { isPage, type Known, type KnownPartition, type RootField, tableOfField } from "./known.ts";
import type { JsonValues } from "./rows.ts";
import type { Variables } from "./variables.ts";

/** What arguments are written with. */
export interface ArgumentChoices {
  readonly random: Random;
  readonly known: Known;
  readonly variables: Variables;
}

/** Writes the arguments of a field, e.g. `(lot: 1, place: $v0)`. Most of them name a known partition. */
export function writeArguments(field: RootField, choices: ArgumentChoices): string {
  const { random, known, variables } = choices;
  const partition = random.of(known[tableOfField(field) ?? ""] ?? [NO_PARTITION]);
  const hints = { ...random.of<JsonValues | undefined>(partition.rows), ...partition.key };
  const written = field.args.flatMap((argument) => {
    const value = valueOf(argument, { ...choices, field, partition, hints });
    if (value === undefined) return [];
    const { name, type, defaultValue } = argument;
    const place = { type, hasDefault: defaultValue !== undefined };
    return [`${name}: ${variables.write(value, place)}`];
  });
  return written.length > 0 ? `(${shuffled(written, random).join(", ")})` : "";
}

const NO_PARTITION: KnownPartition = { key: {}, rows: [], cursors: {} };

interface ValueChoices extends ArgumentChoices {
  readonly field: RootField;
  readonly partition: KnownPartition;
  /** Values by the names of the columns' fields. */
  readonly hints: JsonValues;
}

/** Returns the value of an argument; undefined: it is left out. */
function valueOf(argument: GraphQLArgument, choices: ValueChoices): unknown {
  const { random, field, hints, partition } = choices;
  const { name, type } = argument;
  if (isPage(field) && name === "first") return pageSize(random, partition.rows.length);
  if (isPage(field) && name === "after") return cursor(choices);
  if (!isRequiredArgument(argument) && random.chance(0.5)) return undefined;
  if (!isRequiredArgument(argument) && random.chance(0.1)) return null;
  const isOther = random.chance(0.06);
  return randomValue(type, { random, name, hints: isOther ? {} : hints });
}

/** Returns a number of rows near the number that there are. */
function pageSize(random: Random, rows: number): number | undefined {
  if (random.chance(0.3)) return undefined;
  const near = random.of([1, 2, rows - 1, rows, rows + 1, 100]);
  return random.chance(0.04) ? random.of([0, 101, -1]) : Math.max(1, near);
}

function cursor({ random, field, partition, known }: ValueChoices): string | null | undefined {
  const draw = random.next();
  if (draw < 0.5) return undefined;
  if (draw < 0.55) return null;
  const right = partition.cursors[field.name] ?? [];
  if (draw < 0.9) return random.of(right);
  const of = (partitions: readonly KnownPartition[]) =>
    random.of(random.of(Object.values(random.of(partitions).cursors)) ?? []);
  if (draw < 0.93) return of([partition]) ?? "";
  if (draw < 0.96) return of(random.of(Object.values(known))) ?? "";
  const text = random.of(right) ?? "W10";
  return random.of([
    oddText(random),
    text.slice(0, -1),
    `${text}=`,
    Buffer.from("[1,2]").toString("base64url"),
    Buffer.from(Buffer.from(text, "base64url").toString().replace("1", "2")).toString("base64url"),
  ]);
}

interface RandomValue {
  readonly random: Random;
  /** The name of the column's field. */
  readonly name: string;
  readonly hints: JsonValues;
}

function randomValue(given: GraphQLInputType, { random, name, hints }: RandomValue): unknown {
  const type = getNullableType(given);
  const isRange = isInputObjectType(type) && type.name.endsWith("Range");
  if (Object.hasOwn(hints, name) && !isRange) return hints[name];
  if (isListType(type)) return [];
  if (isEnumType(type)) return random.of(type.getValues()).name;
  if (!isInputObjectType(type)) return randomScalar(type.name, random);
  const fields = Object.values(type.getFields());
  // Exactly one, mostly.
  if (type.isOneOf) {
    const count = random.chance(0.05) ? random.of([0, 2]) : 1;
    return Object.fromEntries(
      shuffled(fields, random)
        .slice(0, count)
        .map(({ name: member, type: of }) => [
          member,
          randomValue(of, { random, name: member, hints }),
        ]),
    );
  }
  const chosen = fields.filter((field) => isRequiredInputField(field) || random.chance(0.35));
  return Object.fromEntries(
    chosen.map((field) => {
      const inner = isRange ? name : field.name;
      const value =
        !isRequiredInputField(field) && random.chance(0.1)
          ? null
          : randomValue(field.type, { random, name: inner, hints });
      return [field.name, value];
    }),
  );
}

function randomScalar(name: string, random: Random): unknown {
  return random.of(scalarValues[name] ?? scalarValues["String"]!)(random);
}

const scalarValues: Readonly<Record<string, readonly ((random: Random) => unknown)[]>> = {
  String: [oddText, () => "a", () => "b", () => "oak"],
  Int: [(random) => random.of([0, 1, 2, -1, 40, 2 ** 31 - 1, -(2 ** 31), 40_000])],
  Float: [(random) => random.of([0, 0.5, -1.5, 1e300, 1, -0])],
  Boolean: [(random) => random.chance(0.5)],
  UUID: [(random) => random.uuid(), () => "50554d6e-29bb-11e5-b345-feff819cdc9f", () => "x"],
  DateTime: [
    (random) => new Date(random.whole(30_000)).toISOString(),
    () => "0000-01-01T00:00:00Z",
    () => "9999-12-31T23:59:59.999Z",
    () => "2027-02-30T00:00:00Z",
  ],
  BigInt: [(random) => random.of(["0", "-1", "9007199254740993", "9223372036854775808", 7])],
  Decimal: [(random) => random.of(["0", "1.0", "-0.10", "1E+10", ".5"])],
  Date: [(random) => random.of(["2027-08-03", "1970-01-01", "+10000-01-01", "2027-13-01"])],
  Time: [() => "00:00:00.000000001", () => "23:59:59"],
  Inet: [(random) => random.of(["::1", "1.2.3.4", "x"])],
  Base64: [(random) => random.of(["", "AA==", "/w==", "x"])],
};

function shuffled<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
