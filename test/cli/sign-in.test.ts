import { expect, inject, test } from "vitest";
import { tables } from "../../src/party/index.ts";
import { startCommand } from "../fixtures/command.ts";
import { startIssuer } from "../fixtures/issuer.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { codesIn, send } from "../fixtures/send.ts";

test("settings let callers of the command sign in, and strangers read", async () => {
  await using keyspace = await createKeyspace(...tables);
  await using issuer = await startIssuer();
  const { contactPoints, localDataCenter } = inject("cassandra");
  await using served = startCommand(["serve"], {
    env: {
      CASSANDRA_CONTACT_POINTS: contactPoints.join(),
      CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
      CASSANDRA_KEYSPACE: keyspace.name,
      PORT: "0",
      AUTH_ISSUER: String(issuer.signIn.issuer),
      AUTH_AUDIENCE: `https://other.test,${String(issuer.signIn.audience)}`,
      AUTH_JWKS_URL: issuer.signIn.keys.href,
      AUTH_ANONYMOUS_SCOPES: "party:read",
    },
  });
  const banner = await served.printed("Ctrl-C stops everything.");
  // Of an operation for which one may have to sign in.
  expect(banner).not.toContain("curl");
  const [url = ""] = /http:\S+graphql/.exec(banner)!;
  const post = (query: string, token?: string) =>
    send(url, {
      headers: {
        "content-type": "application/json",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
    });
  const read = '{ partiesInCity(city: "Berlin") { nodes { id } } }';
  const write =
    'mutation { createParty(input: { city: "Berlin", name: "x", date: "2027-01-01T20:00:00Z" }) { __typename } }';
  expect(codesIn(await post(read))).toEqual([]);
  expect(codesIn(await post(write))).toEqual(["UNAUTHENTICATED"]);
  expect(codesIn(await post(read, "a.b.c"))).toEqual(["UNAUTHENTICATED"]);
  expect(codesIn(await post(write, await issuer.sign({ scope: "party:read" })))).toEqual([
    "FORBIDDEN",
  ]);
  const written = await post(write, await issuer.sign({ scope: "party:write" }));
  expect(JSON.parse(written.text).data.createParty.__typename).toBe("PartyCreated");
});
