import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { readBundle } from "../../src/cassandra/session/bundle.ts";
import { connect } from "../../src/cassandra/index.ts";
import { unzip } from "../../src/cassandra/session/zip.ts";
import { certify } from "../fixtures/certificate.ts";
import { zip } from "../fixtures/zip.ts";
import { temporaryDirectory } from "../local/place.ts";

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());

const node = certify("node", "DNS:node");
const client = certify("client", "DNS:client");
const CONFIG = JSON.stringify({ host: "db.example", port: 29080 });
const FILES = { "config.json": CONFIG, "ca.crt": node.cert, ...client };
const file = (bytes: string | Buffer) => {
  const path = join(directory.path, "scb.zip");
  writeFileSync(path, bytes);
  return path;
};
const bundle = (changes: Readonly<Record<string, string | undefined>> = {}) => {
  const files = Object.entries({ ...FILES, ...changes }).filter(([, text]) => text !== undefined);
  return file(zip(Object.fromEntries(files) as Record<string, string>));
};

describe("a zip", () => {
  const files = { "a.txt": "a".repeat(1000), "é.txt": "", "b/c.bin": Buffer.from([0, 255]) };

  test.each([{ stored: true }, { stored: false }])("is read, %j", (how) => {
    const read = unzip(zip(files, how));
    expect([...read]).toEqual(
      Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]),
    );
  });

  test("with a comment at its end is read", () => {
    const read = unzip(Buffer.concat([zip(files), Buffer.from("Astra")]));
    expect([...read.keys()]).toEqual(Object.keys(files));
  });

  test("cut off or damaged is refused, wherever that is", () => {
    const whole = zip(files, { stored: true });
    for (let at = 1; at < whole.length; at += 1) {
      expect(() => unzip(whole.subarray(0, at))).toThrow();
    }
    const damaged = Buffer.from(whole);
    damaged.write("b", whole.indexOf("aaaa"));
    expect(() => unzip(damaged)).toThrow("damaged");
  });
});

test("a bundle of today has no login, one of old may", () => {
  expect(readBundle(bundle())).toEqual({ hasLogin: false });
  const login = { username: "ada", password: "secret" };
  const config = JSON.stringify({ ...JSON.parse(CONFIG), ...login });
  expect(readBundle(bundle({ "config.json": config }))).toEqual({ hasLogin: true });
});

const DOWNLOAD = 'by "astra db download-scb" or in the Astra portal';

describe("a bundle that cannot serve is refused before anything is tried, with what to do", () => {
  test.each<[string, () => string, string]>([
    ["no zip file", () => file("<html>"), "it is no zip file, or a damaged one"],
    ["cut off", () => file(zip(FILES).subarray(0, -30)), "it is no zip file, or a damaged one"],
    ["another zip", () => bundle({ "config.json": undefined }), "it has no config.json"],
    ["no JSON", () => bundle({ "config.json": "{" }), "its config.json is not JSON"],
    ["no host", () => bundle({ "config.json": "{}" }), "its config.json names no host and port"],
    ["null", () => bundle({ "config.json": "null" }), "its config.json names no host and port"],
    ["no authority", () => bundle({ "ca.crt": undefined }), "it has no ca.crt"],
    ["no certificate", () => bundle({ cert: undefined }), "it has no cert"],
    ["no key", () => bundle({ key: undefined }), "it has no key"],
  ])("%s", (_, make, reason) => {
    const path = make();
    expect(() => readBundle(path)).toThrow(
      expect.objectContaining({
        code: "BAD_OPTIONS",
        message: `${path} cannot serve as secure connect bundle: ${reason}. Download it again, ${DOWNLOAD}, and leave it packed.`,
      }),
    );
  });

  test("a key of another certificate, by the words of OpenSSL", () => {
    expect(() => readBundle(bundle({ key: node.key }))).toThrow(
      /: its certificates or its key cannot be used \(.*key values mismatch\)\. Download /,
    );
  });

  test("a certificate that has expired", () => {
    const path = bundle();
    vi.setSystemTime(Date.now() + 3 * 24 * 3_600_000);
    expect(() => readBundle(path)).toThrow(/: its certificate expired on \d{4}-\d\d-\d\d\. Down/);
    vi.useRealTimers();
  });

  test.each([
    [() => join(directory.path, "none.zip"), "there is none"],
    [() => directory.path, "it is a directory"],
  ])("a file that cannot be read: %#", (path, reason) => {
    expect(() => readBundle(path())).toThrow(
      `The secure connect bundle ${path()} cannot be read (${reason}): name the zip file as it was downloaded, ${DOWNLOAD}.`,
    );
  });
});

const credentials = { username: "token", password: "AstraCS:x" };

test.each<[object, RegExp]>([
  [{ contactPoints: ["10.0.0.1"] }, /^A bundle says where .*: leave out contactPoints\.$/],
  [{ localDataCenter: "dc1", port: 9042 }, /leave out port, localDataCenter\.$/],
  [{ tls: true }, /leave out tls\.$/],
  [{ driver: { sslOptions: {}, localDataCenter: "a" } }, /driver\.localDataCenter, driver\.sslOp/],
  [{ driver: { cloud: { secureConnectBundle: "b.zip" } } }, /leave out driver\.cloud\.$/],
  [
    { consistency: "QUORUM", serialConsistency: "SERIAL" },
    /^With a bundle the consistency is LOCAL_QUORUM with LOCAL_SERIAL: /,
  ],
  [
    { credentials: undefined },
    / brings no login: give credentials, with a token of Astra the user/,
  ],
])("what does not go with a bundle is refused: %j", async (wrong, message) => {
  const options = { bundle: bundle(), credentials, ...wrong } as never;
  await expect(connect(options)).rejects.toMatchObject({
    code: "BAD_OPTIONS",
    message: expect.stringMatching(message),
  });
});
