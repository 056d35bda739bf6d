import {
  type PrimaryKey,
  type Row,
  selectEach,
  type Session,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";

/**
 * Returns a row of a table as its reader takes it, or why it cannot: e.g. with another value in place of one that cannot be
 * shown. What a row is ordered by is what it has then. It may be given some columns of a row alone.
 */
export type Admit = <R extends object>(row: R, table: Table) => R | UnreadableRow;

/** Takes every row as it is. */
export const admitAll: Admit = (row) => row;

/**
 * Reads a row; what cannot be represented in it reads as in a page.
 *
 * @throws UnreadableRow if it cannot be read even so, or is not admitted
 */
export async function loadAdmitted<T extends Table>(
  session: Session,
  table: T,
  key: PrimaryKey<T>,
  admit: Admit,
): Promise<Row<T> | undefined> {
  try {
    const row = (await session.load(table, key)) as Row<T> | undefined;
    return row && admitted(table, row, admit);
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return readAdmitted(session, table, key, admit, false);
  }
}

/** Reads a row as {@link loadAdmitted} does; that there is none only a serial read says. */
export async function findAdmitted<T extends Table>(
  session: Session,
  table: T,
  key: PrimaryKey<T>,
  admit: Admit,
): Promise<Row<T> | undefined> {
  const found = await loadAdmitted(session, table, key, admit);
  return found ?? readAdmitted(session, table, key, admit, true);
}

/** A row that was read, as its reader takes it. @throws UnreadableRow */
export function admitted<R extends object>(table: Table, row: R | UnreadableRow, admit: Admit): R {
  const taken = row instanceof UnreadableRow ? row : admit(row, table);
  if (taken instanceof UnreadableRow) throw taken;
  return taken;
}

async function readAdmitted<T extends Table>(
  session: Session,
  table: T,
  key: PrimaryKey<T>,
  admit: Admit,
  serial: boolean,
): Promise<Row<T> | undefined> {
  // The key names one row, of whatever table.
  const [row] = await session.run(selectEach<T, never>(table, key as never, { serial }));
  return row && admitted(table, row as Row<T> | UnreadableRow, admit);
}
