import {
  type ConnectByContactPoints,
  connect,
  sync,
  syncKeyspace,
  type Table,
} from "../../src/cassandra/index.ts";
import { freePort } from "../../src/local/port.ts";
import { type ClusterNode, startCluster } from "../fixtures/cluster.ts";
import type { Running } from "../fixtures/command.ts";
import { createNodeProxy, type Fate, type NodeProxy } from "./proxy.ts";
import type { Server, Subject } from "./subject.ts";

/** Three nodes, two servers, and proxies between them. */
export interface Stage extends AsyncDisposable {
  readonly nodes: readonly Faulty[];
  readonly servers: readonly Mortal[];
  /** The cluster without the proxies. */
  readonly cassandra: ConnectByContactPoints;
  /** Sets the function that decides the fate of each round on its way to a node. */
  readonly setFate: (fateOf: () => Fate) => void;
}

/** A node that servers reach through a proxy. */
export type Faulty = Pick<ClusterNode, "start" | "kill" | "freeze" | "thaw">;

/** A server that can be killed and started again. */
export interface Mortal extends Server {
  start(): Promise<void>;
  kill(): Promise<void>;
}

const KEYSPACE = "chaos";

/** Starts a stage for a table and its service. */
export async function setStage(subject: Subject): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await startCluster({ nodes: 3 }));
  const cassandra = { ...cluster.cluster, keyspace: KEYSPACE };
  await createTables(cassandra, subject.tables);

  let fateOf: () => Fate = () => "pass";
  const points = cassandra.contactPoints.map((point) => new URL(`cql://${point}`));
  const port = await freePort(points[0]!.hostname);
  const proxies = points.map(({ hostname: ip, port: nodePort }) =>
    opened.use(createNodeProxy({ ip, port, nodePort: Number(nodePort), fateOf: () => fateOf() })),
  );
  await Promise.all(proxies.map((proxy) => proxy.listen()));

  const env = {
    CASSANDRA_CONTACT_POINTS: points.map(({ hostname }) => hostname).join(","),
    CASSANDRA_PORT: String(port),
    CASSANDRA_LOCAL_DATA_CENTER: cassandra.localDataCenter,
    CASSANDRA_KEYSPACE: KEYSPACE,
  };
  const servers = await Promise.all(["A", "B"].map((name) => makeServer(subject, name, env)));
  for (const server of servers) opened.use(server);
  await Promise.all(servers.map((server) => server.start()));
  const kept = opened.move();
  return {
    nodes: cluster.nodes.map((node, i) => withProxy(proxies[i]!, node)),
    servers,
    cassandra,
    setFate: (next) => (fateOf = next),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function createTables(
  cassandra: ConnectByContactPoints,
  tables: readonly Table[],
): Promise<void> {
  await syncKeyspace(cassandra, KEYSPACE, { replication: { [cassandra.localDataCenter]: 3 } });
  await using session = await connect(cassandra);
  await sync(session, { keyspace: KEYSPACE, tables });
}

function withProxy(proxy: NodeProxy, node: ClusterNode): Faulty {
  return {
    async start() {
      await node.start();
      await proxy.listen();
    },
    async kill() {
      proxy.refuse();
      await node.kill();
    },
    freeze: () => node.freeze(),
    thaw: () => node.thaw(),
  };
}

async function makeServer(
  subject: Subject,
  name: string,
  cassandra: Readonly<Record<string, string>>,
): Promise<Mortal & AsyncDisposable> {
  const port = await freePort("127.0.0.1");
  const env = { ...cassandra, PORT: String(port), NODE_ENV: "production" };
  let processes = 0;
  let running: Running | undefined;
  const kill = async () => {
    await running?.end("SIGKILL");
    running = undefined;
  };
  return {
    get process() {
      return `${name}${processes}`;
    },
    authority: `127.0.0.1:${port}`,
    async start() {
      processes += 1;
      running = subject.startServer(env);
      await running.printed(subject.greeting);
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
