import { readFile } from "node:fs/promises";
import {
  keyspaceNames,
  type LiveKeyspace,
  readLiveKeyspace,
  type Session,
} from "../cassandra/index.ts";
import { describeKeyspace, printKeyspace } from "../inspect/index.ts";
import { loadConfig } from "../settings/config.ts";
import { counted } from "../support/counted.ts";
import { listed } from "../support/listed.ts";
import { command } from "./command.ts";
import { openSession } from "./database.ts";
import { Exit } from "./exit.ts";
import { writeOutput } from "./output.ts";

/** The command `inspect`. */
export const inspectCommand = command({
  name: "inspect",
  summary: "print the tables of a keyspace as TypeScript definitions",
  operands: "[keyspace]",
  details:
    "It reads only system tables, and writes nothing to the database. Without a keyspace, it reads that of\nCASSANDRA_KEYSPACE. What a definition cannot have, and each name that had to be decided, is a comment. The same\nkeyspace always gives the same text.",
  options: {
    keyspace: { type: "string", meaning: "The same as the argument." },
    table: {
      type: "string",
      multiple: true,
      meaning: "Print only this table or view, with its types. It may be repeated. Default: all.",
    },
    out: { type: "string", meaning: "Write to this new file instead of standard output." },
  },
  example: {
    call: (name) => `CASSANDRA_CONTACT_POINTS=10.0.0.1 ${name} inspect shop --out tables.ts`,
    does: "to define the tables that a keyspace has",
  },
  async run({ keyspace: option, table: only, out }, { operands: [operand], terminal, settings }) {
    if (option !== undefined && operand !== undefined)
      throw new Exit("usage", "Give the keyspace once: as an argument or by --keyspace.");
    const config = loadConfig(settings, terminal.progress);
    const name = operand ?? option ?? config.keyspace;
    await using database = await openSession(config, terminal);
    const live = await readLiveKeyspace(database.session, name);
    if (!live) throw await keyspaceUnknown(database.session, name);
    if (only) requireTableNames(live, only);
    const description = describeKeyspace(live, only && [...new Set(only)]);
    const text = printKeyspace(description);
    if (out === undefined) terminal.print(text.trimEnd());
    else await writeNew(out, text);
    for (const note of description.notes) terminal.progress(note);
    const place = out === undefined ? "" : ` in ${out}`;
    terminal.progress(
      `Defined ${counted(description.tables.length, "table")} of keyspace ${name}${place}.`,
    );
  },
});

/** Writes a file, unless it exists with another text: a person may have changed it. @throws Exit */
async function writeNew(file: string, text: string): Promise<void> {
  const found = await readFile(file, "utf8").catch(() => undefined);
  if (found === text) return;
  if (found === undefined) return writeOutput(file, text);
  const message = `--out ${file} exists, with another text. Write to a new file, and compare the two.`;
  throw new Exit("usage", message);
}

async function keyspaceUnknown(session: Session, name: string): Promise<Exit> {
  const names = await keyspaceNames(session);
  const known = names.length === 0 ? "It has none." : `It has ${listed(names)}.`;
  return new Exit("notSynced", `The database has no keyspace ${name}. ${known}`);
}

function requireTableNames({ name, tables }: LiveKeyspace, names: readonly string[]): void {
  const unknown = names.find((each) => !tables.has(each));
  if (unknown === undefined) return;
  const known = listed([...tables.keys()].toSorted());
  throw new Exit("usage", `Keyspace ${name} has no table ${unknown}, but ${known || "none"}.`);
}
