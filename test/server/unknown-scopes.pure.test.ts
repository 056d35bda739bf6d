import { buildSchema } from "graphql";
import { expect, test } from "vitest";
import { schema as partySchema } from "../../src/party/schema.ts";
import { warnOfUnknownScopes } from "../../src/server/unknown-scopes.ts";

test("a scope of everybody that no field needs is a warning, unless the schema has no scopes", () => {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  warnOfUnknownScopes(partySchema, { anonymous: ["party:read", "party:raed"], log });
  expect(lines).toEqual([
    'Warning: no field of the schema needs the scope "party:raed" (AUTH_ANONYMOUS_SCOPES, signIn.anonymous). Its scopes are party:admin, party:read, party:write.',
  ]);
  warnOfUnknownScopes(buildSchema("type Query { now: Int }"), { anonymous: ["any"], log });
  expect(lines).toHaveLength(1);
});
