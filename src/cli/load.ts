import type { Application } from "./application.ts";
import { Exit } from "./exit.ts";

/** The properties that an application may have. */
const applicationKeys: readonly (keyof Application)[] = [
  "schema",
  "tables",
  "signIn",
  "context",
  "audience",
  "caller",
  "documents",
  "operations",
  "title",
  "page",
  "seed",
];

/**
 * Loads an application and checks it.
 *
 * @param what names it in messages
 * @throws Exit with the reason, and with the place in the application's code that has failed
 */
export async function loadApplication<Own extends object>(
  load: () => Promise<Application<Own>>,
  what = "The application",
): Promise<Application<object>> {
  try {
    // Awaited here, since `load` may be a plain function, which throws at once or returns no promise.
    const application = (await load()) as unknown as Application<object>;
    checkProperties(application);
    await checkContent(application);
    return application;
  } catch (cause) {
    if (cause instanceof Exit) throw cause;
    throw new Exit("application", `${what} cannot be loaded. ${reportOf(cause)}`, { cause });
  }
}

/**
 * Checks which properties an application has, since the compiler accepts a module with a misspelled export. A misspelled
 * `context` would serve the API without sign-in.
 */
function checkProperties(application: Application<object>): void {
  const isWhole = (["schema", "tables"] as const).every((name) => application?.[name]);
  if (!isWhole) throw new TypeError("load must return an application with schema and tables.");
  const stray = Object.keys(application).find(
    (name) => !(applicationKeys as readonly string[]).includes(name),
  );
  if (stray === undefined) return;
  throw new TypeError(
    `It has the unknown property "${stray}", but may only have ${applicationKeys.join(", ")}.`,
  );
}

/** Checks what would otherwise fail only when it is used. */
async function checkContent({ schema, tables, operations = [], page }: Application<object>) {
  const [{ parse, validate }, { requireTables }] = await Promise.all([
    import("graphql"),
    import("../pothos/index.ts"),
  ]);
  requireTables(schema, tables);
  for (const operation of operations) {
    const [error] = validate(schema, parse(operation));
    if (error) throw new TypeError(`The schema does not have its operation. ${error.message}`);
  }
  if (page !== undefined && !(page instanceof URL)) {
    throw new TypeError('page must be a URL, e.g. new URL("page/", import.meta.url).');
  }
}

/** The folders of the commands, whose places in a stack say nothing about an application. */
const OWN_FOLDERS = [".", "../support/"].map((path) => new URL(path, import.meta.url).href);

/** Returns an error's message, and the first places of its stack that are not in a library. */
function reportOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = "" } = error;
  const frames = stack.split("\n").filter((line) => /^ +at .*file:/.test(line));
  const isOwn = (line: string) => OWN_FOLDERS.some((folder) => line.includes(folder));
  const shown = frames.filter((line) => !line.includes("/node_modules/") && !isOwn(line));
  return [message, ...shown.slice(0, 3)].join("\n");
}
