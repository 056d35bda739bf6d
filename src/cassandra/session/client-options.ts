import { type ClientOptions, policies } from "cassandra-driver";
import { encoding } from "./bytes.ts";
import { mannerOf } from "./manner.ts";
import type { ConnectOptions } from "./options.ts";
import { tlsOf } from "./tls.ts";

/** The driver's options: ours, the caller's over them, and over both what protects the data. */
export function clientOptions(options: ConnectOptions): ClientOptions {
  const merged = merge(ours(options), options.driver ?? {});
  return {
    ...merged,
    encoding,
    policies: {
      ...merged.policies,
      // So that the coordinators' clocks decide; null is the driver's word for it, which its types do not know.
      timestampGeneration: null as unknown as policies.timestampGeneration.TimestampGenerator,
    },
  };
}

function ours(options: ConnectOptions): ClientOptions {
  const { keyspace, credentials, authProvider } = options;
  const { consistency, serialConsistency, requestTimeout, fetchSize } = mannerOf(options);
  const sslOptions = tlsOf(options);
  return {
    ...placeIn(options),
    ...(keyspace !== undefined && { keyspace }),
    ...(credentials && { credentials }),
    ...(authProvider && { authProvider }),
    ...(sslOptions && { sslOptions }),
    queryOptions: { consistency, serialConsistency, fetchSize },
    socketOptions: { connectTimeout: 2000, readTimeout: requestTimeout },
    pooling: { heartBeatInterval: 2000 },
    policies: {
      // The driver's own wait grows to ten minutes.
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(100, 1000),
    },
  };
}

/** Of a bundle the driver takes the rest by itself, when it connects: contact points, data centre and TLS. */
function placeIn(options: ConnectOptions): ClientOptions {
  if (options.bundle !== undefined) return { cloud: { secureConnectBundle: options.bundle } };
  const { contactPoints, port, localDataCenter } = options;
  return {
    // The driver knows no brackets without a port after them.
    contactPoints: contactPoints.map((point) => point.replace(/^\[(.*)\]$/, "$1")),
    localDataCenter,
    ...(port !== undefined && { protocolOptions: { port } }),
  };
}

/** Puts options over others, group by group; an instance or a list takes the other's place. */
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
