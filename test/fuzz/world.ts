import { createPoster } from "../chaos/http.ts";
import type { Random } from "../chaos/random.ts";
import { CREATE } from "../fixtures/parties.ts";
import type { World } from "./case.ts";
import { exchange } from "./raw-http.ts";

const cities = ["Rome", "Ürümqi 🎉", "Lima"] as const;
const PARTIES_A_CITY = 6;

const CURSORS = `query ($city: String!) {
  partiesInCity(city: $city, first: 3) { edges { cursor } }
  upcomingParties(city: $city, first: 3) { edges { cursor } }
}`;

const GRAPHIQL = "GET /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n";

/** Creates the parties that inputs name. Before, it makes the service load what it loads when it is first used. */
export async function createWorld(port: number, random: Random): Promise<World> {
  await exchange(port, [Buffer.from(GRAPHIQL)], { answer: 20_000 });
  using poster = createPoster(`http://127.0.0.1:${port}/graphql`);
  const keys = cities.flatMap((city) =>
    Array.from({ length: PARTIES_A_CITY }, () => ({ city, id: random.uuid() })),
  );
  for (const key of keys) {
    const input = { ...key, name: "A party", date: "2030-01-01T00:00:00Z" };
    await poster.post({ query: CREATE, variables: { input } });
  }
  const cursors: string[] = [];
  for (const city of cities) {
    const { data } = (await poster.post({ query: CURSORS, variables: { city } })) as Pages;
    const { partiesInCity, upcomingParties } = data;
    for (const { cursor } of [...partiesInCity.edges, ...upcomingParties.edges]) {
      cursors.push(cursor);
    }
  }
  return { port, keys, cursors };
}

interface Page {
  readonly edges: readonly { readonly cursor: string }[];
}

interface Pages {
  readonly data: { readonly partiesInCity: Page; readonly upcomingParties: Page };
}
