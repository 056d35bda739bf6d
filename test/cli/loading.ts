import { buildSchema } from "graphql";
import { createCli } from "../../src/cli/index.ts";

// The command of an application that is loaded in the way that LOAD names.

const application = { schema: buildSchema("type Query { seats: Int }"), tables: [] };

const ways: Readonly<Record<string, () => unknown>> = {
  returns: () => application,
  throws() {
    throw new Error("The application is broken");
  },
  rejects: () => Promise.reject(new Error("The application is broken")),
  lacks: () => ({ default: application }),
  nothing: () => undefined,
  hangs() {
    console.log("Loading.");
    setInterval(() => {}, 1000);
    return new Promise(() => {});
  },
};

const load = ways[process.env["LOAD"]!] as () => Promise<typeof application>;
await createCli({ name: "loading", summary: "an application", load }).run(process.argv.slice(2));
