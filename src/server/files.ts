import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip } from "./media-type.ts";
import type { Answer } from "./routes.ts";
import { targetOf } from "./target.ts";

// Not left to a library such as sirv or send: they serve files of a disk, and these are built in memory.

const compress = promisify(gzip);

/** A file to serve at a path. */
export interface File {
  readonly type: string;
  readonly content: string | Buffer;
  /** Sent beside those of every file. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Ready extends File {
  readonly etag: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
}

/**
 * Serves files from memory by GET and HEAD. They are loaded and compressed once, at the first request for one.
 *
 * @param load returns the files by path
 * @param notFound answers where no file is
 */
export function createFiles(
  load: () => Promise<ReadonlyMap<string, File>>,
  notFound: Answer,
): Answer {
  let loaded: Promise<ReadonlyMap<string, Ready>> | undefined;

  const loadAll = async () => {
    try {
      return await allReady(await load());
    } catch (error) {
      // The next request tries again: too many files may have been open.
      loaded = undefined;
      throw error;
    }
  };

  return async (request, response) => {
    const { method, headers } = request;
    const file = (await (loaded ??= loadAll())).get(targetOf(request).path);
    if (!file) return notFound(request, response);
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    response.setHeaders(cachingOf(file));
    if (headers["if-none-match"]?.includes(file.etag)) {
      response.writeHead(304).end();
      return;
    }
    const isPacked = acceptsGzip(headers["accept-encoding"]);
    if (isPacked) response.setHeader("content-encoding", "gzip");
    const body = isPacked ? file.packed : file.plain;
    response.writeHead(200, { "content-type": file.type, "content-length": body.length });
    response.end(method === "HEAD" ? undefined : body);
  };
}

async function allReady(files: ReadonlyMap<string, File>): Promise<ReadonlyMap<string, Ready>> {
  const entries = [...files].map(async ([path, file]) => [path, await readied(file)] as const);
  return new Map(await Promise.all(entries));
}

async function readied(file: File): Promise<Ready> {
  const plain = Buffer.from(file.content as string);
  const etag = `"${hash("sha256", plain, "base64url")}"`;
  return { ...file, etag, plain, packed: await compress(plain) };
}

/** Browsers ask for each file whether it has changed, so that they never mix files of two versions. */
function cachingOf({ etag, headers = {} }: Ready): Map<string, string> {
  return new Map([
    ["etag", etag],
    ["cache-control", "no-cache"],
    ["vary", "accept-encoding"],
    ["referrer-policy", "no-referrer"],
    ...Object.entries(headers),
  ]);
}
