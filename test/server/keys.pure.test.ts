import { errors } from "jose";
import { expect, test } from "vitest";
import { createKeys } from "../../src/server/sign-in/keys.ts";
import { eventually } from "../fixtures/eventually.ts";
import { startIssuer } from "../fixtures/issuer.ts";

const token = { payload: "", signature: "" };

test("a key that its issuer withdraws is forgotten when the set is read again, and outages change nothing", async () => {
  await using issuer = await startIssuer();
  const { keys: url } = issuer.signIn;
  const log: string[] = [];
  const keys = createKeys(url, { log: (line) => log.push(line), interval: 50 });
  const header = { alg: "ES256", kid: issuer.keySet().keys[0]!.kid! };
  await eventually(() => keys.find(header, token));

  issuer.meets = "failure";
  await eventually(() => expect(log).toHaveLength(1));
  const { asked } = issuer;
  await eventually(() => expect(issuer.asked).toBeGreaterThan(asked));
  expect(log).toHaveLength(1);
  await keys.find(header, token);

  issuer.meets = "keys";
  await issuer.rotate();
  await eventually(async () => {
    await expect(keys.find(header, token)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });
  keys.close();
});
