import { createClient } from "partyfinder/client";

// Sells the two places of a show that has three seats, to nine guests.

const [url = ""] = process.argv.slice(2);
await using client = createClient({ url });
const show = "Hamlet";

for (const number of [1, 2, 3]) {
  await client.send(
    "mutation ($input: CreateSeatInput!) { createSeat(input: $input) { __typename } }",
    { input: { show, row: 1, number } },
  );
}
await client.send(
  `mutation ($show: String!, $input: UpdateSeatInput!) {
    updateSeat(show: $show, row: 1, number: 1, input: $input) { __typename }
  }`,
  { show, input: { places: { add: 2 } } },
);

async function takeSeat(number: number, guest: string): Promise<string> {
  const { takeSeat } = await client.send<{ takeSeat: { __typename: string } }>(
    `mutation ($show: String!, $number: Int!, $guest: String!, $operationId: UUID) {
      takeSeat(show: $show, row: 1, number: $number, guest: $guest, operationId: $operationId) { __typename }
    }`,
    { show, number, guest },
  );
  return takeSeat.__typename;
}

const live: (string | null)[] = [];
for await (const { holderChanged } of client.subscribe<{
  holderChanged: { holder: string | null };
}>(
  "subscription ($show: String!) { holderChanged(show: $show, row: 1, number: 1) { holder asOf } }",
  { show },
)) {
  live.push(holderChanged.holder);
  if (holderChanged.holder !== null) break;
  await takeSeat(1, "Ada");
}

const answers = await Promise.all(
  ["Bob", "Cleo", "Dan", "Eve"].flatMap((guest) => [takeSeat(2, guest), takeSeat(3, guest)]),
);
const { seatsInShow } = await client.send<{
  seatsInShow: { nodes: { holder: string | null; sold: number }[] };
}>("query ($show: String!) { seatsInShow(show: $show) { nodes { holder sold } } }", { show });
const refusals = new Set(answers.filter((answer) => answer !== "SeatChanged"));
console.log(
  JSON.stringify({
    live,
    taken: answers.filter((answer) => answer === "SeatChanged").length,
    refused: refusals.isSubsetOf(new Set(["SeatTaken", "SeatSoldOut"])),
    sold: seatsInShow.nodes.map(({ sold }) => sold),
    holders: seatsInShow.nodes.filter(({ holder }) => holder !== null).length,
  }),
);
