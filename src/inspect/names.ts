import { camelCase, isName, pascalCase } from "../pothos/names.ts";
import { camel, pascal, wordsOf, wordsOfRow } from "./words.ts";

/** A name that was made for GraphQL. */
export interface MadeName {
  readonly name: string;
  /** If it could not be made by the rule alone: what was decided, and why. */
  readonly note?: string;
}

/** A table, as far as its names depend on it. */
export interface NamelessTable {
  readonly name: string;
  /** Whether a partition can have several rows, which are then read by a field of their own. */
  readonly hasRows: boolean;
}

/** The names of a table in GraphQL. */
export interface TableNames {
  /** The type of its rows. */
  readonly type: string;
  /** The field that reads a row. Undefined: as it follows from the type. */
  readonly row?: string;
  /** The field that reads a partition. Undefined: as it follows from the name of the table. */
  readonly partition?: string;
  /** What was decided, and why. */
  readonly notes: readonly string[];
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

/** Returns the names of user-defined types in GraphQL, by their names in the database. */
export function namesOfTypes(types: readonly string[]): ReadonlyMap<string, MadeName> {
  const taken = new Set<string>();
  return new Map(
    types.toSorted().map((type) => {
      const plain = pascalCase(type);
      const isFree = isName(plain) && !taken.has(plain) && !reservedTypes.has(plain);
      const name = isFree ? plain : numbered(pascal(wordsOf(type)) || "Type", taken);
      taken.add(name);
      if (isFree) return [type, { name }];
      const why = isName(plain) ? `${plain} is another type` : `"${plain}" is no name in GraphQL`;
      return [type, { name, note: `Its GraphQL type is called ${name}: ${why}.` }];
    }),
  );
}

/**
 * Returns the names of tables in GraphQL, by their names in the database.
 *
 * @param types the names of GraphQL types that are already in use
 */
export function namesOfTables(
  tables: readonly NamelessTable[],
  types: readonly string[],
): ReadonlyMap<string, TableNames> {
  const inTurn = tablesInTurn(tables);
  const taken = [...types];
  const fields = new Set(["keyspace"]);
  const partitions = new Map(
    inTurn.flatMap(({ name, hasRows }) => {
      if (!hasRows) return [];
      const wanted = camel(wordsOf(name)) || "table";
      const found = freeName(wanted, (each) => !fields.has(each) && !fields.has(`${each}Where`));
      fields.add(found).add(`${found}Where`);
      return [[name, { wanted, found }] as const];
    }),
  );
  return new Map(
    inTurn.map((table) => {
      const type = nameOfTable(table, taken);
      taken.push(type.name);
      const partition = partitions.get(table.name);
      const single = camelCase(type.name);
      const row = freeName(single === partition?.found ? `${single}Row` : single, isFreeField);
      fields.add(row);
      return [table.name, tableNames(table, { type, row, partition })];
    }),
  );

  function isFreeField(name: string): boolean {
    return !fields.has(name);
  }
}

interface DecidedNames {
  readonly type: MadeName;
  readonly row: string;
  readonly partition: { readonly wanted: string; readonly found: string } | undefined;
}

/** Returns the names of a table without those that follow from the others, as in a generated schema. */
function tableNames({ name }: NamelessTable, { type, row, partition }: DecidedNames): TableNames {
  const single = camelCase(type.name);
  const impliedPartition = camelCase(pascalCase(name));
  const impliedRow = single === partition?.found ? `${single}Row` : single;
  const isPartitionDecided = partition !== undefined && partition.found !== partition.wanted;
  return {
    type: type.name,
    ...(row !== impliedRow && { row }),
    ...(partition && partition.found !== impliedPartition && { partition: partition.found }),
    notes: [
      ...(type.note === undefined ? [] : [type.note]),
      ...(row === impliedRow ? [] : [`A row is read by ${row}: ${impliedRow} is another field.`]),
      ...(isPartitionDecided
        ? [`A partition is read by ${partition.found}: ${partition.wanted} is another field.`]
        : []),
    ],
  };
}

/** Tables that are called like one of their rows come first: their names need no change. */
function tablesInTurn(tables: readonly NamelessTable[]): readonly NamelessTable[] {
  const isSingular = ({ name }: NamelessTable) =>
    camel(wordsOf(name)) === camel(wordsOfRow(wordsOf(name)));
  const sorted = tables.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return [...sorted.filter(isSingular), ...sorted.filter((table) => !isSingular(table))];
}

function nameOfTable({ name: table }: NamelessTable, taken: readonly string[]): MadeName {
  const words = wordsOf(table);
  const wanted = pascal(wordsOfRow(words)) || "Table";
  const why = whyNotType(wanted, taken) ?? whyNotPlain(table, words);
  if (why === undefined) return { name: wanted };
  const isFree = (each: string) => whyNotType(each, taken) === undefined;
  const name = isFree(wanted) ? wanted : freeName(`${wanted}Row`, isFree);
  return { name, note: `Its GraphQL type is called ${name}: ${why}.` };
}

/** Returns why a table's rows cannot have a GraphQL type of this name, or undefined if they can. */
function whyNotType(name: string, taken: readonly string[]): string | undefined {
  if (reservedTypes.has(name)) return `${name} is a type of GraphQL or of this library`;
  const other = taken.find((each) => isClash(each, name));
  if (other === undefined) return undefined;
  return other === name
    ? `${name} is the name of another type`
    : `${name} and ${other} would have a type of the same name`;
}

/** Whether two types, or those that accompany them, would have the same name. */
function isClash(one: string, other: string): boolean {
  return (
    one === other || suffixes.some((end) => one === `${other}${end}` || other === `${one}${end}`)
  );
}

function whyNotPlain(name: string, words: readonly string[]): string | undefined {
  if (/^[_a-z]/i.test(words[0] ?? "")) return undefined;
  return `"${name}" is no name in GraphQL`;
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

function numbered(name: string, taken: ReadonlySet<string>): string {
  return freeName(name, (each) => !taken.has(each));
}

/** Returns a name, with the first number that makes it free if it is not free. */
function freeName(name: string, isFree: (name: string) => boolean): string {
  let found = name;
  for (let at = 2; !isFree(found); at++) found = `${name}${at}`;
  return found;
}
