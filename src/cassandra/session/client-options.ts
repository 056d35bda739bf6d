import { type ClientOptions, policies } from "cassandra-driver";
import { encoding } from "./bytes.ts";
import { querySettings } from "./query-settings.ts";
import type { ConnectOptions } from "./options.ts";
import { tlsOf } from "./tls.ts";

/**
 * Returns the driver's options: our defaults, overridden by the caller's, overridden by those that protect the data.
 */
export function clientOptions(options: ConnectOptions): ClientOptions {
  const merged = merge(defaultOptions(options), options.driver ?? {});
  return {
    ...merged,
    encoding,
    policies: {
      ...merged.policies,
      // Null means that the coordinators give the timestamps. The driver's types do not allow it.
      timestampGeneration: null as unknown as policies.timestampGeneration.TimestampGenerator,
    },
  };
}

function defaultOptions(options: ConnectOptions): ClientOptions {
  const { keyspace, credentials, authProvider } = options;
  const { consistency, serialConsistency, requestTimeout, fetchSize } = querySettings(options);
  const sslOptions = tlsOf(options);
  return {
    ...connectionTarget(options),
    ...(keyspace !== undefined && { keyspace }),
    ...(credentials && { credentials }),
    ...(authProvider && { authProvider }),
    ...(sslOptions && { sslOptions }),
    queryOptions: { consistency, serialConsistency, fetchSize },
    socketOptions: { connectTimeout: 2000, readTimeout: requestTimeout },
    pooling: { heartBeatInterval: 2000 },
    policies: {
      // With the driver's default policy the delay grows to ten minutes.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(100, 1000),
    },
  };
}

/** With a bundle, the driver reads the contact points, data centre and TLS options itself when it connects. */
function connectionTarget(options: ConnectOptions): ClientOptions {
  if (options.bundle !== undefined) return { cloud: { secureConnectBundle: options.bundle } };
  const { contactPoints, port, localDataCenter } = options;
  return {
    // The driver accepts brackets only with a port after them.
    contactPoints: contactPoints.map((point) => point.replace(/^\[(.*)\]$/, "$1")),
    localDataCenter,
    ...(port !== undefined && { protocolOptions: { port } }),
  };
}

/** Merges options one level deep. Only plain objects are merged: an instance or an array replaces the base value. */
function merge(base: ClientOptions, over: ClientOptions): ClientOptions {
  const groups: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const known = groups[name];
    groups[name] = isGroup(known) && isGroup(value) ? { ...known, ...value } : value;
  }
  return groups;
}

function isGroup(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
