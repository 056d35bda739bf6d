import { type Cli, createCli } from "../cli/index.ts";

/** The command `partyfinder`. */
export const cli: Cli = createCli({
  name: "partyfinder",
  summary: "a GraphQL service on Apache Cassandra whose schema cannot ask a wrong question",
  load: () => import("./application.ts"),
  takesFiles: true,
  // With the page, and with the library.
  watch: [new URL("../", import.meta.url)],
});
