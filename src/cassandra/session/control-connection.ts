import type { Client } from "cassandra-driver";

// The connection on which the driver learns about nodes and schemas. The driver's types do not have it.

interface ControlConnection {
  connection?: DriverConnection | null;
  readonly options: { readonly sni?: unknown; readonly contactPoints: readonly string[] };
  readonly hosts: { get(endpoint: string): unknown };
  /** The resolved addresses of the contact points. */
  readonly _contactPoints: Set<string>;
  readonly _resolvedContactPoints: Map<string, unknown>;
  _refresh(hosts?: Iterator<unknown>): Promise<void>;
  _refreshControlConnection(hosts: Iterator<unknown>): Promise<void>;
  _borrowAConnection(hosts: Iterator<unknown>): DriverConnection;
  _parseContactPoint(name: string): Promise<void>;
  _initializeConnection(): Promise<void>;
}

interface DriverConnection {
  closeAsync(): Promise<void>;
}

/**
 * Makes the driver recover cleanly from an outage of all nodes. By itself (4.10.0, control-connection.js) it starts as
 * if it had never been connected: each time it replaces its hosts by new ones, while the old ones stay alive with a
 * connection each, and it refreshes the new one twice. Each outage therefore leaks connections, and more of them try to
 * reconnect at once and reset each other; if two of them meet, the process ends
 * (https://github.com/apache/cassandra-nodejs-driver/pull/462).
 */
export function repairReconnection(client: Client): void {
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

/** Lets concurrent refreshes share one run. */
function refreshOneByOne(control: ControlConnection): void {
  const refresh = control._refresh.bind(control);
  let running: Promise<void> | undefined;
  control._refresh = (hosts) => {
    // A call with hosts continues a refresh with the next host.
    if (hosts) return refresh(hosts);
    running ??= refresh().finally(() => (running = undefined));
    return running;
  };
}

/**
 * Resolves the contact points again and connects to addresses that are new: nodes may have come back under other
 * addresses. The driver reconnects to the known hosts itself.
 */
async function connectElsewhere(control: ControlConnection, error: unknown): Promise<void> {
  // With a proxy, through which all hosts are reached, the hosts resolve its address.
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
 * Closes everything that a client has opened when it fails to connect. The driver's own shutdown does not close the
 * control connection in that case, for example after a wrong data centre, and the process would stay alive.
 */
export async function closeFailedClient(client: Client): Promise<void> {
  await client.shutdown();
  await controlConnectionOf(client).connection?.closeAsync();
}

function controlConnectionOf(client: Client): ControlConnection {
  return (client as unknown as { readonly controlConnection: ControlConnection }).controlConnection;
}
