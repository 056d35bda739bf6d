import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stripIgnoredCharacters } from "graphql";
import { redisAddress } from "../live/index.ts";
import type { Embedded } from "../local/index.ts";
import {
  createServer,
  type DocumentList,
  DocumentListError,
  type Server,
} from "../server/index.ts";
import type { Cluster, Config, EmbeddedCassandra } from "../settings/config.ts";
import type { Application } from "./application.ts";
import { counted } from "../support/counted.ts";
import { columns, type Invocation } from "./command.ts";
import { type Database, type DatabaseProblem, isNew, openEmbedded } from "./database.ts";
import { openInBackground } from "./background.ts";
import { Exit } from "./exit.ts";
import { samplesOf } from "./samples.ts";
import type { Terminal } from "./terminal.ts";

/** How long the banner waits for the outcome of the first attempt to open the database, in milliseconds. */
const FIRST_ATTEMPT = 1000;

/** The database that is served: a cluster, or a running embedded Cassandra. */
export type ServedFrom = Cluster | (EmbeddedCassandra & { readonly running: Embedded });

/** What to serve. */
export interface ServiceOptions {
  readonly application: Application<object>;
  readonly config: Config;
  readonly from: ServedFrom;
  /** Whether to write sample rows to a new database. */
  readonly seeds: boolean;
  readonly invocation: Invocation;
}

/**
 * Serves until the terminal's signal aborts.
 *
 * @throws LocalError if the embedded Cassandra is down and will not be restarted
 * @throws CassandraError if the tables cannot be created in it
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { application, config, from, invocation } = options;
  const { terminal } = invocation;
  const { host, port, idle, limits, trustedProxies, hosts, origins, path, keyspace } = config;
  const { signIn, allowAnonymous, graphiql, introspection } = config;
  await using database = await openServed(options);
  const { redisUrl, pollInterval } = config.live;
  await using server = await createServer({
    ...application,
    documents: documentsOf(options),
    session: database.session,
    host,
    port,
    idle,
    limits,
    trustedProxies,
    signIn: signIn ?? application.signIn,
    hosts,
    origins,
    path,
    allowAnonymous,
    graphiql,
    introspection,
    redis: redisUrl === undefined ? undefined : { url: redisUrl, keyspace },
    pollInterval,
  }).catch((error: unknown) => {
    throw error instanceof DocumentListError ? documentsExit(error, options) : error;
  });
  await Promise.race([database.attempted, sleep(FIRST_ATTEMPT, undefined, { ref: false })]);
  terminal.print(banner({ server, database, options }));
  await stopped(terminal, database);
  const isOwner = from.kind === "embedded" && from.running.owned;
  terminal.progress(isOwner ? "Stopping. Cassandra takes a few seconds." : "Stopping.");
}

/** Returns the only documents that clients may run; undefined if there is no list. */
function documentsOf({ application, config }: ServiceOptions): DocumentList | undefined {
  return config.documents ?? application.documents;
}

/** Returns the end of a command whose list of documents does not fit the schema. */
function documentsExit({ message }: DocumentListError, { config }: ServiceOptions): Exit {
  const advice = 'Write the list again by the command "documents".';
  return config.documents
    ? new Exit("settings", `ALLOWED_DOCUMENTS does not fit the schema. ${message} ${advice}`)
    : new Exit(
        "application",
        `The application's documents do not fit the schema. ${message} ${advice}`,
      );
}

async function openServed(served: ServiceOptions): Promise<Database> {
  const { application, config, from, seeds, invocation } = served;
  const { name, terminal } = invocation;
  const options = { application, name, terminal, keyspace: config.keyspace };
  if (from.kind === "cluster") return openInBackground(from, options);
  const samples = samplesOf(from.dir, config.keyspace);
  if (!seeds) samples.cancel();
  await using opened = new AsyncDisposableStack();
  const database = opened.use(
    await openEmbedded(from.running, from.dir, {
      ...options,
      onMissing(missing) {
        const isWhole = application.tables.every((table) => isNew(missing, table.name));
        if (seeds && application.seed && isWhole) samples.plan();
      },
    }),
  );
  const written = await samples.write(database.session, application);
  if (written !== undefined) terminal.progress(`Wrote ${counted(written, "sample row")}.`);
  opened.move();
  return database;
}

/** Waits until the signal aborts. @throws LocalError if the embedded Cassandra is down and will not be restarted */
async function stopped({ signal }: Terminal, { died }: Database): Promise<void> {
  const aborted = signal.aborted ? undefined : once(signal, "abort");
  const death = await Promise.race([aborted?.then(() => undefined), died]);
  if (death) throw death;
}

interface Running {
  readonly server: Server;
  readonly database: Database;
  readonly options: ServiceOptions;
}

function banner({ server, database, options }: Running): string {
  const { application, config, invocation } = options;
  const { origin, problem } = database;
  const { redisUrl } = config.live;
  const row = (part: DatabaseProblem["part"], text: string) =>
    problem?.part === part ? [part, `${text}, ${problem.clause}`] : [part, text];
  const rows = [
    ...(application.page ? [["Page", new URL("./", server.url).href]] : []),
    [server.showsGraphiQL ? "GraphiQL" : "GraphQL", server.url],
    ["WebSocket", server.webSocketUrl],
    row("Cassandra", origin),
    row("Keyspace", config.keyspace),
    ...(redisUrl === undefined ? [] : [["Redis", redisAddress(redisUrl)]]),
  ];
  const title = application.title ?? invocation.name;
  const state = problem ? `${title} is up and waiting for its database.` : `${title} is up.`;
  // Whoever runs it would have to sign in; with a list of documents, it would be refused.
  const signsIn = application.context ?? application.signIn ?? config.signIn;
  const isOpen = !signsIn && !documentsOf(options);
  const query = isOpen ? exampleQuery(application.operations ?? []) : undefined;
  const curl = query === undefined ? [] : [`  ${curlOf(server.url, query)}`, ""];
  return ["", state, "", columns(rows), "", ...curl, "Ctrl-C stops everything.", ""].join("\n");
}

/** Returns the first query without variables, in one line. */
function exampleQuery(operations: readonly string[]): string | undefined {
  const query = operations.find((text) =>
    parse(text).definitions.some(
      (definition) =>
        definition.kind === "OperationDefinition" &&
        definition.operation === "query" &&
        definition.variableDefinitions?.length === 0,
    ),
  );
  return query && stripIgnoredCharacters(query);
}

/** Returns a shell command that sends a query. */
function curlOf(url: string, query: string): string {
  // A shell string in single quotes cannot contain one: close the string, add an escaped quote, and open it again.
  const body = JSON.stringify({ query }).replaceAll("'", String.raw`'\''`);
  return `curl ${url} -H 'content-type: application/json' -d '${body}'`;
}
