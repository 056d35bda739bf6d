import type { IncomingMessage, ServerResponse } from "node:http";
import { localityOf } from "./address.ts";
import { createDestinationOf, type Destination } from "./destination.ts";
import type { Code } from "./error.ts";
import { createHosts } from "./hosts.ts";
import { acceptedTypes, mediaTypes } from "./media-type.ts";
import { createOrigins, isOwnOrigin } from "./origins.ts";
import type { Answer } from "./routes.ts";

/** Whom a server answers. */
export interface GateOptions {
  /** By which names it is called, other than those of this machine: see {@link createHosts}. */
  readonly hosts: readonly string[];
  /** The pages that may use it, other than its own: see {@link createOrigins}. */
  readonly origins: readonly string[];
  /** The proxies that are trusted in what they say of host and protocol; undefined: none. */
  readonly trustedProxies: readonly string[] | undefined;
  /** Whether only programs of this machine are answered. */
  readonly isOnlyLocal: boolean;
}

/** Why a request is refused before anything of it is read. */
export interface GateRefusal {
  readonly status: 400 | 403 | 421;
  readonly code: Code;
  readonly message: string;
}

/** Refuses requests by who sends them, before anything of them is read. It reads no token. */
export interface Gate {
  /** Guards an answer that a browser shows or loads. */
  guard(answer: Answer): Answer;
  /** Guards the answer of GraphQL, which other pages may get, too (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). */
  guardGraphQL(answer: Answer): Answer;
  /** Returns why a WebSocket is refused; undefined if it may be opened. */
  refusalOf(request: IncomingMessage): GateRefusal | undefined;
  /** Whether a request comes from a program of this machine that calls the server by its name, without a proxy. */
  isFromThisMachine(request: IncomingMessage): boolean;
}

/** Creates a gate. @throws TypeError if a host, an origin or a proxy is none */
export function createGate(options: GateOptions): Gate {
  const { isOnlyLocal } = options;
  const isAllowedHost = createHosts(options.hosts);
  const isAllowedOrigin = createOrigins(options.origins);
  const destinationOf = createDestinationOf(options.trustedProxies);

  /** Returns where a request was sent to, if the server is called so. */
  function arrive(request: IncomingMessage): GateRefusal | Destination {
    const destination = destinationOf(request);
    if (!destination) return SEVERAL_HOSTS;
    const { hosts } = destination;
    if (hosts.length === 0) return NO_HOST;
    for (const host of hosts) if (!isAllowedHost(host)) return forbiddenHost(host);
    return destination;
  }

  function pass(request: IncomingMessage, { isPage }: Passage): GateRefusal | Passed {
    const destination = arrive(request);
    if ("status" in destination) return destination;
    if (isOnlyLocal && localityOf(request) === undefined) return NOT_OF_THIS_MACHINE;
    const { origin } = request.headers;
    if (origin === undefined) {
      return isFromElsewhere(request) && !(isPage && isNavigation(request)) ? FROM_ELSEWHERE : OWN;
    }
    if (isOwn(request, destination)) return OWN;
    if (!isAllowedOrigin(origin)) return forbiddenOrigin(origin);
    removeCookies(request);
    return { foreign: origin };
  }

  return {
    guard: (answer) => (request, response) => {
      const passed = pass(request, { isPage: true });
      if ("status" in passed) return refuseInText(response, passed);
      return answer(request, response);
    },
    guardGraphQL: (answer) => (request, response) => {
      response.setHeader("cache-control", "no-store");
      response.setHeader("vary", "accept, origin");
      const passed = pass(request, { isPage: false });
      if ("status" in passed) return refuseInJson(request, response, passed);
      const { foreign } = passed;
      if (foreign === undefined) return answer(request, response);
      response.setHeader("access-control-allow-origin", foreign);
      if (isPreflight(request)) return void response.writeHead(204, preflightHeaders).end();
      response.setHeader("access-control-expose-headers", EXPOSED);
      return answer(request, response);
    },
    refusalOf(request) {
      const passed = pass(request, { isPage: false });
      return "status" in passed ? passed : undefined;
    },
    isFromThisMachine: (request) =>
      localityOf(request) === "directly" && !("status" in arrive(request)),
  };
}

/** What a request is for. */
interface Passage {
  /** Whether other sites may link to it. */
  readonly isPage: boolean;
}

/** A request that is answered. */
interface Passed {
  /** The origin of the page that has sent it, if it is a page of another server. */
  readonly foreign: string | undefined;
}

const OWN: Passed = { foreign: undefined };

/** What a page of a listed origin may send. `*` does not stand for `authorization`. Browsers ask again after 2 h. */
const preflightHeaders = {
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "accept, authorization, content-type, *",
  "access-control-max-age": "7200",
};

/** The headers that a page of a listed origin can read, beside those that every page can. */
const EXPOSED = "retry-after, www-authenticate";

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/**
 * Whether a request is from a page of the server itself. Most browsers say so in a header that no page can set, but not with
 * WebSockets, nor over HTTP to another machine. With a false host, that header would mean nothing: the host has been
 * checked before.
 */
function isOwn({ headers }: IncomingMessage, { hosts, protocol }: Destination): boolean {
  const { origin = "", "sec-fetch-site": site } = headers;
  if (origin === "null") return false;
  if (site !== undefined) return site === "same-origin";
  return isOwnOrigin(origin, { host: hosts.at(-1)!, protocol });
}

/** Whether a browser sends a request for a page of another site, without saying which: e.g. for an image or a link in it. */
function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const { "sec-fetch-site": site = "none" } = headers;
  return site !== "none" && site !== "same-origin";
}

function isNavigation({ method, headers }: IncomingMessage): boolean {
  return headers["sec-fetch-mode"] === "navigate" && (method === "GET" || method === "HEAD");
}

/** Removes what a browser adds by itself to requests from any page. A page of another server has to send a token. */
function removeCookies(request: IncomingMessage): void {
  const { headers, rawHeaders } = request;
  if (headers.cookie === undefined) return;
  delete headers.cookie;
  // Node.js has counted them, so none may be missing.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() === "cookie") rawHeaders[at + 1] = "";
  }
}

const SEVERAL_HOSTS: GateRefusal = {
  status: 400,
  code: "BAD_REQUEST",
  message: "The request has several Host headers.",
};

const NO_HOST: GateRefusal = {
  status: 421,
  code: "FORBIDDEN_HOST",
  message: "The request names no host.",
};

const NOT_OF_THIS_MACHINE: GateRefusal = {
  status: 403,
  code: "FORBIDDEN_ADDRESS",
  message:
    "This server has no sign-in, and is open to programs of its own machine only. Set up sign-in (AUTH_ISSUER, signIn), or allow everybody (ALLOW_ANONYMOUS=1, allowAnonymous).",
};

const FROM_ELSEWHERE: GateRefusal = {
  status: 403,
  code: "FORBIDDEN_ORIGIN",
  message: "A page of another site may not load this address.",
};

function forbiddenHost(host: string): GateRefusal {
  const message = `This server is not called by the host ${quotedShort(host)}: list it in ALLOWED_HOSTS (hosts).`;
  return { status: 421, code: "FORBIDDEN_HOST", message };
}

function forbiddenOrigin(origin: string): GateRefusal {
  const message = `Pages of ${quotedShort(origin)} may not use this server: list their origin in ALLOWED_ORIGINS (origins). If they are its own, behind a proxy, trust the proxy (TRUSTED_PROXIES, trustedProxies).`;
  return { status: 403, code: "FORBIDDEN_ORIGIN", message };
}

/** Returns what a client has sent as it may be shown, in ASCII and shortened. */
function quotedShort(text: string): string {
  return JSON.stringify(text.replace(/[^ -~]/g, "?").slice(0, 100));
}

function refuseInText(response: ServerResponse, { status, message }: GateRefusal): void {
  const line = `${message}\n`;
  const headers = { "content-type": "text/plain; charset=utf-8", "content-length": line.length };
  response.writeHead(status, headers).end(line);
}

function refuseInJson(
  { headers: { accept } }: IncomingMessage,
  response: ServerResponse,
  { status, code, message }: GateRefusal,
): void {
  const type = acceptedTypes(accept)[0] === "response" ? "response" : "json";
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  const headers = {
    "content-type": `${mediaTypes[type]}; charset=utf-8`,
    "content-length": body.length,
  };
  response.writeHead(status, headers).end(body);
}
