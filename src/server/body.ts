import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { limits } from "./limits.ts";
import { unfitType } from "./media-type.ts";
import { requestError } from "./request-error.ts";

/**
 * Reads the JSON text of a request's body: UTF-8, decompressed, without a byte order mark. Not by raw-body, whose limit
 * does not apply to what is decompressed.
 *
 * @returns undefined if the client went away before it had sent all of it
 * @throws GraphQLError `UNSUPPORTED_MEDIA_TYPE`, `REQUEST_ENTITY_TOO_LARGE` or `BAD_REQUEST`, with its status; Error if
 * something before the app has read the body
 */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const { "content-type": contentType, "content-encoding": coding = "identity" } = request.headers;
  const unfit = unfitType(contentType);
  if (unfit !== undefined) throw unsupported(`Send application/json, not ${unfit}.`);
  const decompress = decompressions[coding.trim().toLowerCase()];
  if (!decompress) {
    const message = `Send the body as it is, or compressed by gzip or deflate, not by ${coding}.`;
    throw unsupported(message, { "accept-encoding": "gzip, deflate" });
  }
  if (Number(request.headers["content-length"]) > limits.bodyBytes) throw tooLarge();
  // Its events would never come.
  if (request.readableEnded) throw new Error("The body was read before: mount the app first.");
  const bytes = await receive(request);
  if (!bytes) return undefined;
  const inflated = decompress(bytes);
  const text = inflated instanceof Promise ? await inflated : inflated;
  if (!isUtf8(text)) throw requestError("BAD_REQUEST", "The body is not UTF-8.");
  return text.toString().replace(/^\ufeff/, "");
}

/** The content codings that a body may have (RFC 9110, 8.4.1). */
const decompressions: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer> | Buffer>> = {
  __proto__: null as never,
  identity: (bytes) => bytes,
  gzip: inflating(promisify(gunzip)),
  "x-gzip": inflating(promisify(gunzip)),
  deflate: inflating(promisify(inflate)),
};

type Inflate = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

function inflating(run: Inflate) {
  return async (bytes: Buffer): Promise<Buffer> => {
    try {
      return await run(bytes, { maxOutputLength: limits.bodyBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
      throw requestError("BAD_REQUEST", "The body is not compressed as Content-Encoding says.");
    }
  };
}

/** Receives all bytes; undefined if the client went away. Discards what exceeds the limit. */
function receive(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limits.bodyBytes) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on("close", () => resolve(undefined));
  });
}

function unsupported(message: string, headers?: Readonly<Record<string, string>>) {
  return requestError("UNSUPPORTED_MEDIA_TYPE", message, headers && { headers });
}

function tooLarge() {
  const message = `A body may have ${limits.bodyBytes} bytes, also after decompression.`;
  return requestError("REQUEST_ENTITY_TOO_LARGE", message);
}
