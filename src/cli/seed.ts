import { loadConfig } from "../settings/config.ts";
import { seed as writeSamples } from "../party/sample.ts";
import { command } from "./command.ts";
import { openDatabase } from "./database.ts";

/** `partyfinder seed`. */
export const seed = command({
  name: "seed",
  summary: "write the sample parties that are not there",
  details: "Those that are there stay as they are, with the counts they have.",
  options: {},
  example: { call: "partyfinder seed", does: "after you have deleted some" },
  async run(_, terminal) {
    await using database = await openDatabase(loadConfig(terminal.progress), terminal, {
      sync: false,
    });
    const written = await writeSamples(database.session);
    terminal.progress(`${written} sample parties written, Cassandra ${database.origin}.`);
  },
});
