import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import { createSecureContext } from "node:tls";
import type AdmZip from "adm-zip";
import { readNamedFile } from "../../support/file.ts";
import { printable } from "../../support/quote.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "../../support/message.ts";

/** What the options check needs to know about a secure connect bundle of Astra DB. */
export interface Bundle {
  /** Whether the bundle contains a user name and a password. Current bundles do not. */
  readonly hasLogin: boolean;
}

/**
 * Reads a secure connect bundle and checks that it contains everything the driver needs.
 *
 * @param path the path of the zip file
 * @throws CassandraError `BAD_OPTIONS` naming the problem and the remedy
 */
export function readBundle(path: string): Bundle {
  const files = unpackBundle(path);
  const { host, port, username, password } = readBundleConfig(path, files);
  if (!host || !port) rejectBundle(path, "its config.json names no host and port");
  checkCertificates(path, files);
  return { hasLogin: Boolean(username && password) };
}

type BundleFiles = ReadonlyMap<string, Buffer>;

/** Where to get a bundle, as the end of a sentence. */
const DOWNLOAD = 'by "astra db download-scb" or in the Astra portal';

/** The largest size of all files of a bundle together, unpacked, in bytes. Real bundles have about 50 KB. */
const MAX_UNPACKED = 10 * 2 ** 20;

/** Unpacks all files, as the driver does later by the same library. */
function unpackBundle(path: string): BundleFiles {
  const bytes = readBundleFile(path);
  // Loaded when used: the settings are checked before `serve` loads any package.
  const Zip = createRequire(import.meta.url)("adm-zip") as typeof AdmZip;
  try {
    const entries = new Zip(bytes).getEntries();
    const size = entries.reduce((sum, { header }) => sum + header.size, 0);
    if (size > MAX_UNPACKED) throw new Error(`It unpacks to more than ${MAX_UNPACKED} bytes`);
    return new Map(entries.map((entry) => [entry.entryName, entry.getData()]));
  } catch (cause) {
    return rejectBundle(path, "it is no zip file, or a damaged one", { cause });
  }
}

function readBundleFile(path: string): Buffer {
  try {
    return readNamedFile(path);
  } catch (cause) {
    const message = `The secure connect bundle ${printable(path)} cannot be read (${messageOf(cause)}): give the path of the zip file as downloaded ${DOWNLOAD}.`;
    throw new CassandraError("BAD_OPTIONS", message, { cause });
  }
}

function readBundleConfig(path: string, files: BundleFiles): Readonly<Record<string, unknown>> {
  const text = files.get("config.json");
  if (text === undefined) rejectBundle(path, "it has no config.json");
  try {
    const config: unknown = JSON.parse(text.toString("utf8"));
    return Object(config);
  } catch (cause) {
    return rejectBundle(path, "its config.json is not JSON", { cause });
  }
}

function checkCertificates(path: string, files: BundleFiles): void {
  const [ca, cert, key] = ["ca.crt", "cert", "key"].map(
    (name) => files.get(name) ?? rejectBundle(path, `it has no ${name}`),
  );
  try {
    createSecureContext({ ca, cert, key });
  } catch (cause) {
    rejectBundle(path, `its certificates or its key cannot be used (${messageOf(cause)})`, {
      cause,
    });
  }
  const { validToDate } = new X509Certificate(cert!);
  if (validToDate.getTime() < Date.now()) {
    rejectBundle(path, `its certificate expired on ${validToDate.toISOString().slice(0, 10)}`);
  }
}

function rejectBundle(path: string, problem: string, options: { cause?: unknown } = {}): never {
  const message = `${printable(path)} cannot be used as a secure connect bundle: ${problem}. Download it again ${DOWNLOAD}, and do not unpack it.`;
  throw new CassandraError("BAD_OPTIONS", message, options);
}
