import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { acceptsGzip } from "./media-type.ts";
import { type Answer, notFound } from "./routes.ts";
import { targetOf } from "./target.ts";

const compress = promisify(gzip);

/** What is sent for a path. */
export interface File {
  readonly type: string;
  readonly text: string;
  /** Sent beside those of every file. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Ready extends File {
  readonly etag: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
}

/**
 * Serves files from memory by GET and HEAD. They are loaded and compressed once, when one is first asked for; a request
 * only chooses among them.
 */
export function createFiles(load: () => Promise<ReadonlyMap<string, File>>): Answer {
  let loaded: Promise<ReadonlyMap<string, Ready>>;

  return async (request, response) => {
    const { method, headers } = request;
    const file = (await (loaded ??= load().then(allReady))).get(targetOf(request).path);
    if (!file) return notFound(request, response);
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    response.setHeaders(headersOf(file));
    if (headers["if-none-match"]?.includes(file.etag)) {
      response.writeHead(304).end();
      return;
    }
    const isPacked = acceptsGzip(headers["accept-encoding"]);
    if (isPacked) response.setHeader("content-encoding", "gzip");
    send(response, file.type, isPacked ? file.packed : file.plain, method === "HEAD");
  };
}

async function allReady(files: ReadonlyMap<string, File>): Promise<ReadonlyMap<string, Ready>> {
  const entries = [...files].map(async ([path, file]) => [path, await ready(file)] as const);
  return new Map(await Promise.all(entries));
}

async function ready(file: File): Promise<Ready> {
  const plain = Buffer.from(file.text);
  const etag = `"${hash("sha256", plain, "base64url")}"`;
  return { ...file, etag, plain, packed: await compress(plain) };
}

/** Of one server's files a browser must not mix old ones with new ones: it asks for each whether it has changed. */
function headersOf({ etag, headers = {} }: Ready): Map<string, string> {
  return new Map([
    ["etag", etag],
    ["cache-control", "no-cache"],
    ["vary", "accept-encoding"],
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "no-referrer"],
    ...Object.entries(headers),
  ]);
}

function send(response: ServerResponse, type: string, body: Buffer, headOnly: boolean): void {
  response.writeHead(200, { "content-type": type, "content-length": body.length });
  response.end(headOnly ? undefined : body);
}
