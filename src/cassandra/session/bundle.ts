import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { readNamedFile } from "../../support/file.ts";
import { printable } from "../../support/quote.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "./message.ts";
import { unzip } from "./zip.ts";

/** What a secure connect bundle of Astra says, as far as it matters here. */
export interface Bundle {
  /** Whether it brings a user name and a password. Bundles of today do not. */
  readonly hasLogin: boolean;
}

/**
 * Reads a secure connect bundle, and checks that it has all that the driver will look for in it.
 *
 * @param path of the zip file
 * @throws CassandraError `BAD_OPTIONS` saying what is wrong with it, and what to do
 */
export function readBundle(path: string): Bundle {
  const files = filesOf(path);
  const { host, port, username, password } = configOf(path, files);
  if (!host || !port) unfit(path, "its config.json names no host and port");
  checkCertificates(path, files);
  return { hasLogin: Boolean(username && password) };
}

type Files = ReadonlyMap<string, Buffer>;

/** Where to get one, for a sentence that goes on. */
const DOWNLOAD = 'by "astra db download-scb" or in the Astra portal';

function filesOf(path: string): Files {
  const zip = bytesOf(path);
  try {
    return unzip(zip);
  } catch (cause) {
    return unfit(path, "it is no zip file, or a damaged one", cause);
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readNamedFile(path);
  } catch (cause) {
    const message = `The secure connect bundle ${printable(path)} cannot be read (${messageOf(cause)}): name the zip file as it was downloaded, ${DOWNLOAD}.`;
    throw new CassandraError("BAD_OPTIONS", message, { cause });
  }
}

function configOf(path: string, files: Files): Readonly<Record<string, unknown>> {
  const text = files.get("config.json");
  if (text === undefined) unfit(path, "it has no config.json");
  try {
    const config: unknown = JSON.parse(text.toString("utf8"));
    return Object(config);
  } catch (cause) {
    return unfit(path, "its config.json is not JSON", cause);
  }
}

function checkCertificates(path: string, files: Files): void {
  const [ca, cert, key] = ["ca.crt", "cert", "key"].map(
    (name) => files.get(name) ?? unfit(path, `it has no ${name}`),
  );
  try {
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    unfit(path, `its certificates or its key cannot be used (${messageOf(cause)})`, cause);
  }
  const { validToDate } = new X509Certificate(cert!);
  if (validToDate.getTime() < Date.now()) {
    unfit(path, `its certificate expired on ${validToDate.toISOString().slice(0, 10)}`);
  }
}

function unfit(path: string, reason: string, cause?: unknown): never {
  const message = `${printable(path)} cannot serve as secure connect bundle: ${reason}. Download it again, ${DOWNLOAD}, and leave it packed.`;
  throw new CassandraError("BAD_OPTIONS", message, { cause });
}
