import type { Client } from "cassandra-driver";

// The driver's own connection, by which it learns of nodes and schemas. Its types do not have it.

interface ControlConnection {
  readonly connection?: { closeAsync(): Promise<void> } | null;
  _refresh(...args: unknown[]): Promise<void>;
}

/**
 * Keeps the driver from ending the process: it begins to refresh its control connection while it does so already, and
 * the first refresh then fails on what the second has reset, in a timer, with nobody to catch it (driver 4.10.0,
 * control-connection.js). The second goes on.
 */
export function tolerateRefreshes(client: Client): void {
  const control = controlConnectionOf(client);
  const refresh = control._refresh.bind(control);
  control._refresh = async (...args) => {
    try {
      await refresh(...args);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  };
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
