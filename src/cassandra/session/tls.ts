import type { ClientOptions } from "cassandra-driver";
import type { ConnectOptions } from "./options.ts";

/** Returns the driver's TLS options; undefined means no TLS. By default the driver would accept any certificate. */
export function tlsOf({ tls, driver }: ConnectOptions): ClientOptions["sslOptions"] {
  if (!tls && !driver?.sslOptions) return undefined;
  return { rejectUnauthorized: true, ...(tls !== true && tls), ...driver?.sslOptions };
}
