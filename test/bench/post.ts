import { Agent, request } from "node:http";

/** A client of a GraphQL server. Each of its requests that are under way at once has a connection, which is kept. */
export interface Poster<Data> extends Disposable {
  /** Sends an operation and gives its data. @throws Error if there are errors */
  readonly post: (query: string, variables: object, path?: string) => Promise<Data>;
}

/** Makes a client of the server at this address. */
export function openPoster<Data>(url: string): Poster<Data> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  return {
    async post(query, variables, path) {
      const text = await send(agent, new URL(path ?? "", url), { query, variables });
      const { data, errors } = JSON.parse(text);
      if (errors) throw new Error(text);
      return data;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function send(agent: Agent, url: URL, operation: object): Promise<string> {
  const body = JSON.stringify(operation);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed the connection, which was idle, just when it was used again: it has not read this.
      if (sent.reusedSocket && error.code === "ECONNRESET") resolve(send(agent, url, operation));
      else reject(error);
    });
    sent.end(body);
  });
}
