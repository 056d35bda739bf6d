import { printSchema } from "graphql";
import { command } from "./command.ts";
import { writeOutput } from "./output.ts";

/** The command `schema`. */
export const schemaCommand = command({
  name: "schema",
  takesFile: true,
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
    else await writeOutput(out, `${printed}\n`);
  },
});
