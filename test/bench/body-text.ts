import type { IncomingMessage } from "node:http";

/** Reads the body of a request in the cheapest way, for servers that are a reference. */
export function bodyText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (text += chunk));
    request.on("end", () => resolve(text));
  });
}
