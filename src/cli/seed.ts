import { loadConfig } from "../settings/config.ts";
import { command } from "./command.ts";
import { openDatabase } from "./database.ts";
import { Exit } from "./exit.ts";

/** The command `seed`. */
export const seed = command({
  name: "seed",
  summary: "write the sample rows that do not exist",
  details: "Rows that exist are not changed.",
  options: {},
  example: { call: (name) => `${name} seed`, does: "after you have deleted some" },
  async run(_, { name, terminal, settings, load }) {
    const application = await load();
    if (!application.seed) throw new Exit("usage", `There are no samples of ${name}.`);
    const config = loadConfig(settings, terminal.progress);
    const options = { application, name, terminal, keyspace: config.keyspace };
    await using database = await openDatabase(config, false, options);
    const written = await application.seed(database.session);
    terminal.progress(`${written} sample rows written, Cassandra ${database.origin}.`);
  },
});
