import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { readBundle } from "../../src/cassandra/session/bundle.ts";
import { connect } from "../../src/cassandra/index.ts";
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

describe("the zip file of a bundle", () => {
  const files = { ...FILES, "é.txt": "", "b/c.bin": Buffer.from([0, 255]) };
  const damaged = /: it is no zip file, or a damaged one\. /;

  test.each([{ stored: true }, { stored: false }])("may be compressed or not: %j", (how) => {
    expect(readBundle(file(zip(files, how)))).toEqual({ hasLogin: false });
  });

  test("may have bytes after its end", () => {
    const bytes = Buffer.concat([zip(files), Buffer.from("Astra")]);
    expect(readBundle(file(bytes))).toEqual({ hasLogin: false });
  });

  test("is refused wherever it is cut off", () => {
    const whole = zip({ "config.json": CONFIG, cert: "a" }, { stored: true });
    for (let at = 0; at < whole.length; at += 1) {
      expect(() => readBundle(file(whole.subarray(0, at)))).toThrow(damaged);
    }
  });

  test.each([{ stored: true }, { stored: false }])(
    "is refused if a file that is not needed has a wrong checksum: %j",
    (how) => {
      const whole = zip({ ...FILES, "a.txt": "a".repeat(1000) }, how);
      const wrong = Buffer.from(whole);
      // The checksum in the file's own header.
      wrong.writeUInt32LE(1, whole.indexOf("a.txt") - 16);
      expect(() => readBundle(file(wrong))).toThrow(damaged);
    },
  );

  test("is refused if it unpacks to more than 10 MiB, before it is unpacked", () => {
    const bytes = zip({ ...FILES, "a.txt": "a".repeat(10 * 2 ** 20) });
    expect(() => readBundle(file(bytes))).toThrow(damaged);
  });

  test("is refused if a file unpacks to more than its header says", () => {
    const whole = zip({ ...FILES, "a.txt": "a".repeat(10 * 2 ** 20) });
    // The size in the directory's entry.
    whole.writeUInt32LE(1, whole.lastIndexOf("a.txt") - 22);
    expect(() => readBundle(file(whole))).toThrow(damaged);
  });
});

test("a current bundle has no login, an old one may have one", () => {
  expect(readBundle(bundle())).toEqual({ hasLogin: false });
  const login = { username: "ada", password: "secret" };
  const config = JSON.stringify({ ...JSON.parse(CONFIG), ...login });
  expect(readBundle(bundle({ "config.json": config }))).toEqual({ hasLogin: true });
});

const DOWNLOAD = 'by "astra db download-scb" or in the Astra portal';

describe("an unusable bundle is refused before a connection is tried, with the remedy", () => {
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
        message: `${path} cannot be used as a secure connect bundle: ${reason}. Download it again ${DOWNLOAD}, and do not unpack it.`,
      }),
    );
  });

  test("a key that belongs to another certificate, with OpenSSL's message", () => {
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
    [() => join(directory.path, "none.zip"), "it does not exist"],
    [() => directory.path, "it is a directory"],
  ])("a file that cannot be read: %#", (path, reason) => {
    expect(() => readBundle(path())).toThrow(
      `The secure connect bundle ${path()} cannot be read (${reason}): give the path of the zip file as downloaded ${DOWNLOAD}.`,
    );
  });
});

const credentials = { username: "token", password: "AstraCS:x" };

test.each<[object, RegExp]>([
  [{ contactPoints: ["10.0.0.1"] }, /^A bundle contains .*: remove contactPoints\.$/],
  [{ localDataCenter: "dc1", port: 9042 }, /: remove port, localDataCenter\.$/],
  [{ tls: true }, /: remove tls\.$/],
  [{ driver: { sslOptions: {}, localDataCenter: "a" } }, /driver\.localDataCenter, driver\.sslOp/],
  [{ driver: { cloud: { secureConnectBundle: "b.zip" } } }, /: remove driver\.cloud\.$/],
  [
    { consistency: "QUORUM", serialConsistency: "SERIAL" },
    /^With a bundle the consistency must be LOCAL_QUORUM with LOCAL_SERIAL: /,
  ],
  [
    { credentials: undefined },
    / contains no login: give credentials\. For an Astra token, the user/,
  ],
])("options that conflict with a bundle are refused: %j", async (wrong, message) => {
  const options = { bundle: bundle(), credentials, ...wrong } as never;
  await expect(connect(options)).rejects.toMatchObject({
    code: "BAD_OPTIONS",
    message: expect.stringMatching(message),
  });
});
