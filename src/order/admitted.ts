import {
  type Admit,
  type PrimaryKey,
  type Row,
  selectEach,
  type Session,
  type Table,
  UnreadableRow,
} from "../cassandra/index.ts";

/** Which row {@link loadAdmitted} loads. */
export interface AdmittedOptions<T extends Table> {
  readonly key: PrimaryKey<T>;
  /** How the row is read. */
  readonly admit: Admit;
}

/**
 * Loads a row as its reader gets it. Values that cannot be represented read as in a page.
 *
 * @throws UnreadableRow if the row cannot be read even so, or is not admitted
 */
export async function loadAdmitted<T extends Table>(
  session: Session,
  table: T,
  { key, admit }: AdmittedOptions<T>,
): Promise<Row<T> | undefined> {
  try {
    const row = (await session.load(table, key)) as Row<T> | undefined;
    return row && admitted(row, { table, admit });
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return readAdmitted(session, table, { key, admit, serial: false });
  }
}

/** Loads a row as {@link loadAdmitted} does. If it finds none, a serial read decides whether the row exists. */
export async function findAdmitted<T extends Table>(
  session: Session,
  table: T,
  { key, admit }: AdmittedOptions<T>,
): Promise<Row<T> | undefined> {
  const found = await loadAdmitted(session, table, { key, admit });
  return found ?? readAdmitted(session, table, { key, admit, serial: true });
}

/** Returns a row that was read as its reader gets it. @throws UnreadableRow */
export function admitted<R extends object>(
  row: R | UnreadableRow,
  { table, admit }: { readonly table: Table; readonly admit: Admit },
): R {
  const taken = row instanceof UnreadableRow ? row : admit(row, table);
  if (taken instanceof UnreadableRow) throw taken;
  return taken;
}

async function readAdmitted<T extends Table>(
  session: Session,
  table: T,
  { key, admit, serial }: AdmittedOptions<T> & { readonly serial: boolean },
): Promise<Row<T> | undefined> {
  // The key names one row, whatever the table.
  const [row] = await session.run(selectEach<T, never>(table, key as never, { serial }));
  return row && admitted(row as Row<T> | UnreadableRow, { table, admit });
}
