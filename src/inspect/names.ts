import { camelCase, isName, pascalCase } from "../pothos/names.ts";
import { camel, pascal, wordsOf, wordsOfRow } from "./words.ts";

/** A name that was made for GraphQL. */
export interface MadeName {
  readonly name: string;
  /** If it could not be made by the rule alone: what was decided, and why. */
  readonly note?: string;
}

/** A table, as far as its names depend on it. */
export interface NamedTable {
  readonly name: string;
  /** Whether a partition can have several rows, which are then read by a field of their own. */
  readonly hasRows: boolean;
}

/**
 * Types that every schema may have, and the library's own. A table of the same name gets another one.
 */
const reservedTypes = new Set(
  `Base64 BigInt Boolean CellTimes Date DateTime Decimal Duration FieldError Float ID Inet Int InvalidInput Keyspace
  Mutation Node OutcomeUnknown PageInfo Query Refusal RowOrder String Subscription Time UUID Vector WriteResult WriteTime
  Written`.split(/\s+/),
);

/** The ends of the names of types that a table's type is accompanied by. */
const suffixes =
  `Addition Changed Connection Created Deleted Edge Exists Expectation Indexed Input Key NotFound Order
  Partition Range RowInput Slice Stale Times Updated`.split(/\s+/);

/** Returns the constants of user-defined types by name: their GraphQL types, where these are valid names. */
export function namesOfTypes(types: readonly string[]): ReadonlyMap<string, MadeName> {
  const taken = new Set<string>();
  return new Map(
    types.toSorted().map((type) => {
      const graphql = pascalCase(type);
      const isFree = isName(graphql) && !taken.has(graphql) && !reservedTypes.has(graphql);
      const name = isFree ? graphql : numbered(pascal(wordsOf(type)) || "Type", taken);
      taken.add(name);
      const remedy = `name it by the builder's option cassandra: { udts: { ${JSON.stringify(type)}: ${JSON.stringify(name)} } }`;
      if (isFree) return [type, { name }];
      const why = isName(graphql)
        ? `Another GraphQL type is called ${graphql}, too`
        : `GraphQL has no type ${graphql}`;
      return [type, { name, note: `${why}: ${remedy}.` }];
    }),
  );
}

/**
 * Returns the GraphQL types of tables by table name. A row is then read by the field that is called like the type, and
 * the rows of a partition by the one that is called like the table, both in camelCase.
 *
 * @param types the names of GraphQL types that are already in use
 */
export function namesOfTables(
  tables: readonly NamedTable[],
  types: readonly string[],
): ReadonlyMap<string, MadeName> {
  const taken = [...types];
  const fields = new Set(["keyspace"]);
  for (const { name, hasRows } of tables) if (hasRows) fields.add(camel(wordsOf(name)));
  const made = new Map<string, MadeName>();
  for (const table of tablesInTurn(tables)) {
    const found = nameOfTable(table, { taken, fields });
    made.set(table.name, found);
    taken.push(found.name);
    fields.add(camelCase(found.name));
  }
  return made;
}

/** Tables that are called like one of their rows come first: their names need no change. */
function tablesInTurn(tables: readonly NamedTable[]): readonly NamedTable[] {
  const isSingular = ({ name }: NamedTable) =>
    camel(wordsOf(name)) === camel(wordsOfRow(wordsOf(name)));
  const sorted = tables.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [...sorted.filter(isSingular), ...sorted.filter((table) => !isSingular(table))];
}

interface TakenNames {
  readonly taken: readonly string[];
  readonly fields: ReadonlySet<string>;
}

function nameOfTable(table: NamedTable, names: TakenNames): MadeName {
  const words = wordsOf(table.name);
  const wanted = pascal(wordsOfRow(words)) || "Table";
  const why = whyNotType(wanted, table, names) ?? whyNotPlain(table.name, words);
  if (why === undefined) return { name: wanted };
  for (let at = 1; ; at++) {
    const number = at === 1 ? "" : String(at);
    const name = [wanted, `${wanted}Row`]
      .map((each) => `${each}${number}`)
      .find((each) => whyNotType(each, table, names) === undefined);
    if (name !== undefined) return { name, note: `Its GraphQL type is called ${name}: ${why}.` };
  }
}

/** Returns why a table's rows cannot have a GraphQL type of this name, or undefined if they can. */
function whyNotType(
  name: string,
  table: NamedTable,
  { taken, fields }: TakenNames,
): string | undefined {
  if (reservedTypes.has(name)) return `${name} is a type of GraphQL or of this library`;
  const other = taken.find((each) => isClash(each, name));
  if (other === name) return `${name} is the name of another type`;
  if (other !== undefined) return `${name} and ${other} would have a type of the same name`;
  const field = camelCase(name);
  if (!fields.has(field)) return undefined;
  return field === camel(wordsOf(table.name)) && table.hasRows
    ? `a row and a partition would both be read by the field ${field}`
    : `another table has the field ${field}`;
}

/** Whether two types, or those that accompany them, would have the same name. */
function isClash(one: string, other: string): boolean {
  return (
    one === other || suffixes.some((end) => one === `${other}${end}` || other === `${one}${end}`)
  );
}

function whyNotPlain(name: string, words: readonly string[]): string | undefined {
  if (/^[_a-z]/i.test(words[0] ?? "")) return undefined;
  return `"${name}" has no name that GraphQL allows`;
}

/** Names of arguments that stand beside those of key columns. */
const takenArguments = new Set(
  `after before by first if input last operationId order range row rows since slice ttl where`.split(
    " ",
  ),
);

/** Fields that objects of rows have besides the columns. */
const takenFields = new Set(["times"]);

/**
 * Returns the GraphQL fields of columns by column name, in camelCase.
 *
 * @param keys those of them that are in the key, and so arguments
 */
export function namesOfColumns(
  columns: readonly string[],
  keys: readonly string[] = [],
): ReadonlyMap<string, MadeName> {
  const made = new Map<string, MadeName>();
  const taken = new Set<string>();
  // A column that has its GraphQL name already keeps it.
  const isKept = (name: string) => camel(wordsOf(name)) === name;
  const inTurn = [...columns.filter(isKept), ...columns.filter((name) => !isKept(name))];
  for (const column of inTurn) {
    const found = nameOfColumn(column, { taken, isKey: keys.includes(column) });
    made.set(column, found);
    taken.add(found.name);
  }
  return made;
}

function nameOfColumn(
  column: string,
  { taken, isKey }: { readonly taken: ReadonlySet<string>; readonly isKey: boolean },
): MadeName {
  const words = wordsOf(column);
  const wanted = camel(words) || "column";
  const decided = (name: string, why: string): MadeName => ({
    name,
    note: `Its GraphQL field is called ${name}: ${why}.`,
  });
  if (taken.has(wanted)) return decided(numbered(wanted, taken), `another column is ${wanted}`);
  if (takenFields.has(wanted) || (isKey && takenArguments.has(wanted))) {
    const name = numbered(`${wanted}Column`, taken);
    return decided(name, `${wanted} has another meaning there`);
  }
  return isName(column) && words.length > 0
    ? { name: wanted }
    : decided(wanted, `"${column}" is no name in GraphQL`);
}

/** Returns a name with the first number that makes it a new one, or as it is if it is new. */
function numbered(name: string, taken: ReadonlySet<string>): string {
  let found = name;
  for (let at = 2; taken.has(found); at++) found = `${name}${at}`;
  return found;
}
