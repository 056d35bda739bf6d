import { loadConfig } from "../settings/config.ts";
import { counted } from "../support/counted.ts";
import { command } from "./command.ts";
import { openDatabase } from "./database.ts";
import { Exit } from "./exit.ts";

/** The command `seed`. */
export const seedCommand = command({
  name: "seed",
  takesFile: true,
  summary: "write the missing sample rows",
  details: "It does not change existing rows.",
  options: {},
  example: { call: (name) => `${name} seed`, does: "to restore deleted sample rows" },
  async run(_, { name, terminal, settings, load }) {
    const application = await load();
    if (!application.seed) throw new Exit("usage", `${name} has no sample rows.`);
    const config = loadConfig(settings, terminal.progress);
    const options = { application, name, terminal, keyspace: config.keyspace };
    await using database = await openDatabase(config, options);
    const written = await application.seed(database.session);
    terminal.progress(`${counted(written, "sample row")} written to Cassandra ${database.origin}.`);
  },
});
