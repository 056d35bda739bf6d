import cluster from "node:cluster";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { answer, cpu } from "../../fixtures/child.ts";
import { readProcesses } from "../processes.ts";
import type { ServerAnswers } from "./server.ts";

// Two processes of the service that share a port. This process hands their connections out in turn.

cluster.setupPrimary({
  exec: fileURLToPath(new URL("service.ts", import.meta.url)),
  args: process.argv.slice(2),
});
const workers = [cluster.fork(), cluster.fork()];
const listening = workers.map((worker) => once(worker, "listening"));
const [[{ port }]] = (await Promise.all(listening)) as [[AddressInfo], unknown];
const url = `http://127.0.0.1:${port}/graphql`;

answer({ url: () => url, cpu: cpuOfAll } satisfies ServerAnswers);

/** Returns the processor time of all three processes, in microseconds. */
function cpuOfAll(): number {
  const all = readProcesses();
  const used = workers.reduce((sum, { process }) => sum + all.get(process.pid!)!.used, 0);
  return cpu() + used * 1000;
}
