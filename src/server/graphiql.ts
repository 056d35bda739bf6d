import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";

const compress = promisify(gzip);

/** Answers a request with the GraphiQL page. */
export type GraphiQL = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Makes the GraphiQL page: self-contained, 9 MB, so it is rendered and compressed once, when it is first
 * asked for, and then taken from the browser's cache.
 *
 * @param path where GraphQL is served
 * @param operations named ones, each a tab of a browser that has no tabs of its own yet
 */
export function createGraphiQL(path: string, operations: readonly string[]): GraphiQL {
  // A browser drops a page from its cache when something is posted to that page's own address.
  const endpoint = `${path}?graphiql`;
  let page: Promise<{ readonly plain: Buffer; readonly packed: Buffer; readonly etag: string }>;

  async function render() {
    const html = renderGraphiQL({
      title: "Partyfinder",
      endpoint,
      defaultTabs: operations.map((query) => ({ query })),
      subscriptionsProtocol: "WS",
    });
    const head = html.indexOf("</head>");
    const plain = Buffer.from(html.slice(0, head) + additions(operations) + html.slice(head));
    const digest = createHash("sha256").update(plain).digest("base64url");
    return { plain, packed: await compress(plain), etag: `"${digest}"` };
  }

  return async (request, response) => {
    const { plain, packed, etag } = await (page ??= render());
    const zipped = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
    response.setHeaders(
      new Map([
        ["etag", etag],
        ["cache-control", "no-cache"],
        ["vary", "accept, accept-encoding"],
        ["x-content-type-options", "nosniff"],
      ]),
    );
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304).end();
      return;
    }
    const body = zipped ? packed : plain;
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-length": body.length,
      ...(zipped && { "content-encoding": "gzip" }),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

/** GraphiQL moves a tab away under the first click on it: a transform of its drag and drop stays behind. */
const STYLE = "<style>.graphiql-tab { transform: none !important; }</style>";

/**
 * What the page's head has beside GraphiQL. Its own option for tabs alone shows them once, and
 * after a reload an empty one before them; so they are put where it keeps those of the person too.
 */
function additions(operations: readonly string[]): string {
  const tabs = operations.map((query, number) => {
    const title = /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1] ?? "<untitled>";
    const empty = { hash: null, variables: null, headers: null, response: null };
    return { id: `sample-${number}`, title, operationName: title, query, ...empty };
  });
  const state = { activeTabIndex: 0, tabs };
  return `${STYLE}<script>
if (!localStorage.getItem("graphiql:tabState") && ${tabs.length} > 0) {
  localStorage.setItem("graphiql:query", ${literal(operations[0] ?? "")});
  localStorage.setItem("graphiql:tabState", ${literal(JSON.stringify(state))});
}
</script>`;
}

/** A string as a script in a page has it: nothing in it can end the script. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll("<", "\\u003c");
}
