import { hash } from "node:crypto";
import { parse, print } from "graphql";
import { expect, test, vi } from "vitest";
import { createClient, type TypedDocument } from "../../src/client/index.ts";

type SentDocument = TypedDocument<Record<string, unknown>, object>;

/** Returns what a client sends for a document. */
async function sentFor(document: SentDocument): Promise<unknown> {
  let sent: unknown;
  const client = createClient({
    url: "http://theatre/graphql",
    persisted: true,
    async fetch(_, init) {
      sent = JSON.parse(init!.body as string);
      return Response.json({ data: { a: 1 } });
    },
  });
  await client.send(document, { first: 1 });
  return sent;
}

const persisted = (sha256Hash: string) => ({
  query: "",
  variables: { first: 1 },
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});

test("a text is sent by its hash", async () => {
  for (const text of ["{ a }", '{ a(name: "Žižkov 🎭") }']) {
    expect(await sentFor(text)).toEqual(persisted(hash("sha256", text)));
  }
});

test("a node is sent by the hash of its text", async () => {
  const node = parse("{ a }");
  expect(await sentFor(node)).toEqual(persisted(hash("sha256", print(node))));
});

test("a document that carries an id is sent by it", async () => {
  class TypedDocumentString extends String {
    readonly __meta__ = { hash: "of-its-generator" };
  }
  const node = Object.assign(parse("{ a }"), { __meta__: { hash: "of-its-generator" } });
  for (const document of [new TypedDocumentString("{ a }"), node]) {
    expect(await sentFor(document)).toEqual(persisted("of-its-generator"));
  }
});

test("a document is sent by its text where hashes cannot be computed", async () => {
  vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
  try {
    expect(await sentFor("{ a }")).toEqual({ query: "{ a }", variables: { first: 1 } });
  } finally {
    vi.unstubAllGlobals();
  }
});
