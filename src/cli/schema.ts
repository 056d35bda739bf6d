import { writeFile } from "node:fs/promises";
import { printSchema } from "graphql";
import { fileProblem } from "../support/file.ts";
import { command } from "./command.ts";
import { Exit } from "./exit.ts";

/** The command `schema`. */
export const schemaCommand = command({
  name: "schema",
  summary: "print the GraphQL schema",
  details: "It needs no database.",
  options: {
    out: { type: "string", meaning: "Write it to this file instead of standard output." },
  },
  example: {
    call: (name) => `${name} schema --out schema.graphql`,
    does: "to keep a copy with a client",
  },
  async run({ out }, { terminal, load }) {
    const application = await load();
    const printed = printSchema(application.schema);
    if (out === undefined) terminal.print(printed);
    else await writeSchema(out, `${printed}\n`);
  },
});

async function writeSchema(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const message = `--out ${file} cannot be written: ${fileProblem(cause, file)}.`;
    throw new Exit("usage", message, { cause });
  }
}
