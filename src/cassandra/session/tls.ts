import type { ClientOptions } from "cassandra-driver";
import type { ConnectOptions } from "./options.ts";

/** The driver's options of TLS; by itself it would trust any certificate. Undefined: it connects without TLS. */
export function tlsOf({ tls, driver }: ConnectOptions): ClientOptions["sslOptions"] {
  if (!tls && !driver?.sslOptions) return undefined;
  return { rejectUnauthorized: true, ...(tls !== true && tls), ...driver?.sslOptions };
}
