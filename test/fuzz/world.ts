import type { Random } from "../chaos/random.ts";
import { CREATE } from "../fixtures/parties.ts";
import type { World } from "./case.ts";

const cities = ["Rome", "Ürümqi 🎉", "Lima"] as const;
const PARTIES_A_CITY = 6;

const CURSORS = `query ($city: String!) {
  partiesInCity(city: $city, first: 3) { edges { cursor } }
  upcomingParties(city: $city, first: 3) { edges { cursor } }
}`;

/** Creates the parties that inputs name. Before, it makes the service load what it loads when it is first used. */
export async function createWorld(port: number, random: Random): Promise<World> {
  const page = await fetch(`http://127.0.0.1:${port}/graphql`, {
    headers: { accept: "text/html" },
  });
  await page.text();
  const keys = cities.flatMap((city) =>
    Array.from({ length: PARTIES_A_CITY }, () => ({ city, id: random.uuid() })),
  );
  for (const key of keys) {
    await run(port, CREATE, { input: { ...key, name: "A party", date: "2030-01-01T00:00:00Z" } });
  }
  const pages = await Promise.all(cities.map((city) => run(port, CURSORS, { city })));
  const cursors = pages.flatMap(({ data }) =>
    [...data.partiesInCity.edges, ...data.upcomingParties.edges].map(({ cursor }) => cursor),
  );
  return { port, keys, cursors };
}

/** Runs an operation. Its data is untyped. */
// oxlint-disable-next-line typescript/no-explicit-any
async function run(port: number, query: string, variables: object): Promise<{ data: any }> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any
  return (await response.json()) as { data: any };
}
