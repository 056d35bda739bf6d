import type { GraphQLSchema } from "graphql";
import type { ConnectOptions, Session, Table } from "../cassandra/index.ts";
import type { RedisOptions } from "../live/index.ts";
import type { Limits } from "./adjustable-limits.ts";
import type { CallerOptions } from "./context.ts";
import type { Introspection } from "./disclosure.ts";
import type { DocumentList } from "./document-list.ts";
import type { Log } from "./mask.ts";

/** What is served, and how. */
export interface AppOptions<Own extends object = object> extends CallerOptions<Own> {
  /** Built by a Pothos builder with the plugin of `partyfinder/pothos`, whose options take the services of the context. */
  readonly schema: GraphQLSchema;
  /**
   * The tables that the schema reads and writes, with or without those of their orders. `/ready` reads each of them; while
   * the database differs from one, operations fail with `NOT_SYNCED`.
   */
  readonly tables: readonly Table[];
  /**
   * Where the tables are: an open session, which stays open when the app closes, or what to connect with, which is closed
   * with it. Both name a keyspace.
   */
  readonly session: Session | ConnectOptions;
  /**
   * The prefix of all paths, e.g. `/api` for `/api/graphql`, `/api/health`, `/api/ready` and the page at `/api/`.
   * Default: none.
   */
  readonly path?: string;
  /**
   * The only documents that clients may run, by their ids: they send the text or only the id of one. The command
   * `documents` makes such a list. Beside them, `{ __typename }` is allowed; introspection, and so GraphiQL, is not.
   * Default: clients may run any document, and send its text.
   */
  readonly documents?: DocumentList | undefined;
  /** What GraphiQL shows in its tabs, one operation each. Default: its own introduction. */
  readonly operations?: readonly string[];
  /** The title of GraphiQL. Default: `GraphiQL`. */
  readonly title?: string;
  /**
   * The folder of a page to serve at the prefix: `index.html`, `main.ts` or `main.js` with all that it imports, and its
   * style sheets and images. Default: no page.
   */
  readonly page?: URL;
  /** A Redis that carries hints to other processes with the same keyspace. Default: none. */
  readonly redis?: RedisOptions | undefined;
  /**
   * How often watched rows and partitions are compared with the database, in milliseconds, to find what no hint told;
   * 0: never. Default: `POLL_INTERVAL` of `partyfinder/live`.
   */
  readonly pollInterval?: number;
  /** Other limits than those by default: see `adjustableLimits`. */
  readonly limits?: Partial<Limits>;
  /**
   * The names by which the server is called, beside those of this machine (`localhost`, `*.localhost`, `127.0.0.0/8`,
   * `[::1]`): without a port, e.g. `["api.example.com", "192.0.2.7"]`; `.example.com` for a name with all below it; `*`
   * for any. Requests with another `Host` get 421. Default: none.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * The pages that may use the server, beside its own: e.g. `["https://app.example.com"]`, or `*` for all. Those of other
   * origins get 403. Default: none.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * The addresses and networks of proxies in front of the server, whose `X-Forwarded-For` is believed, e.g.
   * `["10.0.0.0/8"]`. If it is given, their `X-Forwarded-Host` and `X-Forwarded-Proto` are believed, too. Default:
   * `LOOPBACK_PROXIES` for `X-Forwarded-For`.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * Whether everybody who reaches the server is let in without sign-in. Default: false, with which only programs of this
   * machine are, unless there is a `signIn`.
   */
  readonly allowAnonymous?: boolean | undefined;
  /** Whether browsers get GraphiQL. Default: only if no other machine can reach the server. */
  readonly graphiql?: boolean | undefined;
  /**
   * How much of the schema callers may read: `all` of it, what their scopes let them use (`usable`), or `none`; errors
   * suggest names of it only with `all`. With `usable`, introspection must be an operation of its own. Default: `all` if no
   * other machine can reach the server, else `none`.
   */
  readonly introspection?: Introspection | undefined;
  /** Writes a line for operators. Default: to standard error. */
  readonly log?: Log;
}
