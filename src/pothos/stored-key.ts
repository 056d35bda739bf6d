import {
  columnOf,
  InvalidValue,
  isRange,
  type RawRow,
  selectEach,
  type Session,
  type Statement,
  type Table,
} from "../cassandra/index.ts";
import type { Untyped } from "../support/untyped.ts";
import { checkPartition, withoutNumber } from "./arguments.ts";
import { fieldNameOf } from "./columns.ts";
import { checkArgument } from "./error.ts";

/** A key as a client spells it: a partition key, then perhaps a prefix of the clustering key and a range. */
interface SpelledKey {
  readonly table: Table;
  readonly key: RawRow;
  /** The columns that are arguments of the client. */
  readonly asked: readonly string[];
}

/**
 * Returns the key by which rows are found. A model may store new values in another form than they are given, e.g. texts in
 * NFC, while other programs and earlier models have stored other forms. So a key in another form than that of the model is
 * used as it is given if it has rows; otherwise it is brought into the form of the model. Only such a key costs a read.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for an argument that has no rows as it is given, and that the model does not allow
 */
export async function findStoredKey(
  session: Session,
  { table, key, asked }: SpelledKey,
): Promise<RawRow> {
  const single = Object.keys(key).filter((name) => {
    return key[name] !== undefined && !isRange(columnOf(table, name).type, key[name]);
  });
  const spelled = single.filter(
    (name) => asked.includes(name) && !isInForm(table, name, key[name]),
  );
  if (spelled.length === 0) return key;
  const given = Object.fromEntries(single.map((name) => [name, key[name]]));
  if (await hasRows(session, table, given)) return key;
  const inForm = spelled.map((name) => {
    const check = withoutNumber(columnOf(table, name).type.check);
    return [name, checkArgument([fieldNameOf(table, name)], () => check(key[name]))] as const;
  });
  const found = { ...key, ...Object.fromEntries(inForm) };
  checkPartition(table, found, { asked });
  return found;
}

function isInForm(table: Table, name: string, value: unknown): boolean {
  const { type } = columnOf(table, name);
  if (!type.lookup) return true;
  try {
    return type.toText(type.check(value)) === type.toText(value);
  } catch (error) {
    if (error instanceof InvalidValue) return false;
    throw error;
  }
}

/** Returns whether a partition, a part of it, or a row exists. */
async function hasRows(session: Session, table: Table, key: RawRow): Promise<boolean> {
  const statement = (selectEach as Untyped)(table, key, { columns: [], limit: 1 });
  const rows = await session.run(statement as Statement<readonly unknown[]>);
  return rows.length > 0;
}
