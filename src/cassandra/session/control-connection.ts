import type { Client } from "cassandra-driver";

// The driver's own connection, by which it learns of nodes and schemas. Its types do not have it.

interface ControlConnection {
  connection?: Connection | null;
  readonly options: { readonly sni?: unknown; readonly contactPoints: readonly string[] };
  readonly hosts: { get(endpoint: string): unknown };
  /** The addresses of the contact points, as last resolved. */
  readonly _contactPoints: Set<string>;
  readonly _resolvedContactPoints: Map<string, unknown>;
  _refresh(hosts?: Iterator<unknown>): Promise<void>;
  _refreshControlConnection(hosts: Iterator<unknown>): Promise<void>;
  _borrowAConnection(hosts: Iterator<unknown>): Connection;
  _parseContactPoint(name: string): Promise<void>;
  _initializeConnection(): Promise<void>;
}

interface Connection {
  closeAsync(): Promise<void>;
}

/**
 * Has the driver come back from an outage of all nodes as it was before. By itself (4.10.0, control-connection.js) it
 * begins as if it never had been connected: each time it puts new hosts in the place of those that it has, which go on
 * in the dark, with a connection each, and it looks after the new one twice. So each outage leaves more connections
 * behind, and more that try to reconnect at once and reset each other; one that meets another ends the process
 * (https://github.com/apache/cassandra-nodejs-driver/pull/462).
 */
export function mendReconnection(client: Client): void {
  const control = controlConnectionOf(client);
  refreshOneByOne(control);
  control._refreshControlConnection = async (hosts) => {
    try {
      control.connection = control._borrowAConnection(hosts);
    } catch (error) {
      await connectElsewhere(control, error);
    }
  };
}

/** Who asks for a refresh while there is one gets that one. */
function refreshOneByOne(control: ControlConnection): void {
  const refresh = control._refresh.bind(control);
  let running: Promise<void> | undefined;
  control._refresh = (hosts) => {
    // With hosts it is one that goes on with the next of them.
    if (hosts) return refresh(hosts);
    running ??= refresh().finally(() => (running = undefined));
    return running;
  };
}

/**
 * Connects to where the names of the contact points lead now, if that is somewhere new: nodes may come back
 * under other addresses. The hosts that are known come back by themselves.
 */
async function connectElsewhere(control: ControlConnection, error: unknown): Promise<void> {
  // A proxy's address, from which all hosts are reached, is resolved by the hosts themselves.
  if (control.options.sni) throw error;
  control._contactPoints.clear();
  control._resolvedContactPoints.clear();
  await Promise.all(control.options.contactPoints.map((name) => control._parseContactPoint(name)));
  for (const endpoint of control._contactPoints) {
    if (control.hosts.get(endpoint)) control._contactPoints.delete(endpoint);
  }
  if (control._contactPoints.size === 0) throw error;
  await control._initializeConnection();
}

/**
 * Closes what a client that could not connect has opened. The driver forgets its control connection then, which
 * would keep the process alive: as with a wrong data centre, which shows only once it is open.
 */
export async function abandon(client: Client): Promise<void> {
  await client.shutdown();
  await controlConnectionOf(client).connection?.closeAsync();
}

function controlConnectionOf(client: Client): ControlConnection {
  return (client as unknown as { readonly controlConnection: ControlConnection }).controlConnection;
}
