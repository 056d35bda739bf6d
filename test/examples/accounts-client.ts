import { randomUUID } from "node:crypto";
import { createClient } from "partyfinder/client";

// Moves money between the balances of an account, once although it is sent twice.

const [url = ""] = process.argv.slice(2);
await using client = createClient({ url });

const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
await client.send(
  "mutation ($input: CreateAccountInput!) { createAccount(input: $input) { __typename } }",
  { input: { id, owner: "Ada", balance: 100 } },
);

async function transfer(amount: number, operationId: string): Promise<string> {
  const { transfer } = await client.send<{ transfer: { __typename: string } }>(
    `mutation ($id: UUID!, $amount: Int!, $operationId: UUID) {
      transfer(id: $id, amount: $amount, operationId: $operationId) { __typename }
    }`,
    { id, amount, operationId },
  );
  return transfer.__typename;
}

const live: number[] = [];
const answers: string[] = [];
for await (const { balanceChanged } of client.subscribe<{ balanceChanged: { balance: number } }>(
  "subscription ($id: UUID!, $since: WriteTime) { balanceChanged(id: $id, since: $since) { balance asOf } }",
  { id },
)) {
  live.push(balanceChanged.balance);
  if (balanceChanged.balance < 100) break;
  const operationId = randomUUID();
  answers.push(await transfer(30, operationId), await transfer(30, operationId));
}
answers.push(await transfer(71, randomUUID()));
const { account } = await client.send<{ account: { balance: number; saved: number } | null }>(
  "query ($id: UUID!) { account(id: $id) { balance saved } }",
  { id },
);
console.log(JSON.stringify({ live, answers, account }));
