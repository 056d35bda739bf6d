import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import type { Place } from "./place.ts";

/** A server in a process of its own. */
export interface Served extends AsyncDisposable {
  /** Sends an operation and gives its data. */
  post(query: string, variables: object, path?: string): Promise<Readonly<Record<string, Answer>>>;
  /** The processor time it has used, in microseconds. */
  cpu(): Promise<number>;
}

export interface Answer {
  readonly __typename: string;
  readonly people?: number;
  readonly actual?: number;
}

/** Starts the service, or the bare server that sends the same CQL. */
export async function startServer(kind: "partyfinder" | "bare", place: Place): Promise<Served> {
  const { cluster, keyspace } = place;
  const file = fileURLToPath(new URL("server.ts", import.meta.url));
  const args = [kind, cluster.contactPoints.join(","), cluster.localDataCenter, keyspace];
  const env = { ...process.env, NODE_ENV: "production" };
  const child = fork(file, args, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  return {
    async post(query, variables, path) {
      const text = await send(agent, path ? new URL(path, url) : new URL(url), {
        query,
        variables,
      });
      const { data, errors } = JSON.parse(text);
      if (errors) throw new Error(text);
      return data;
    },
    async cpu() {
      child.send("cpu");
      const [{ cpu }] = (await once(child, "message")) as [{ cpu: NodeJS.CpuUsage }];
      return cpu.user + cpu.system;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      child.kill();
      await once(child, "exit");
    },
  };
}

function send(agent: Agent, url: URL, operation: object): Promise<string> {
  const body = JSON.stringify(operation);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
