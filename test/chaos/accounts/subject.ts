import { fileURLToPath } from "node:url";
import { select, type Session } from "../../../src/cassandra/index.ts";
import { startProgram } from "../../fixtures/command.ts";
import type { Key } from "../history.ts";
import type { Random } from "../random.ts";
import type { Crowd, Found, Server, Subject, Way } from "../subject.ts";
import { createClient } from "./client.ts";
import { GREETING } from "./greeting.ts";
import { AccountTable } from "./table.ts";

const HOT = 4;
const COLD = 40;
const PASSING = 20;

/** Accounts, each a partition of its own, of a server that uses only the library. */
export const accounts: Subject = {
  tables: [AccountTable],
  startServer: (env) => startProgram(fileURLToPath(new URL("server.ts", import.meta.url)), { env }),
  greeting: GREETING,
  createClient,
  gather,
  newKey,
  waysToRead,
};

function gather(random: Random): Crowd {
  const some = (count: number) => Array.from({ length: count }, () => newKey(random));
  return { hot: some(HOT), cold: some(COLD), passing: some(PASSING) };
}

function newKey(random: Random): Key {
  const id = random.uuid();
  return { partition: id, id };
}

function waysToRead(session: Session, servers: readonly Server[]): readonly Way[] {
  return [
    {
      by: "a serial read",
      async read(id) {
        const account = await session.run(select(AccountTable, { id }, { serial: true }));
        return account ? [{ id, amount: account.balance, name: account.owner }] : [];
      },
    },
    ...servers.map((server) => ({
      by: `server ${server.process}`,
      read: (id: string) => ask(server, id),
    })),
  ];
}

async function ask(server: Server, id: string): Promise<readonly Found[]> {
  using client = createClient(server);
  const answer = await client.send({ partition: id, id, wish: { kind: "read" } }, false);
  if (answer.said === "missing") return [];
  if (answer.said === "done" && answer.amount !== undefined && answer.name !== undefined) {
    return [{ id, amount: answer.amount, name: answer.name }];
  }
  throw new Error(`Server ${server.process} cannot read account ${id}: ${answer.said}`);
}
