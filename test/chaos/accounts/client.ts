import type { Answer } from "../history.ts";
import { answerOf, createPoster } from "../http.ts";
import type { Client, Server } from "../subject.ts";
import type { AccountRequest } from "./answer.ts";

/** Creates a client of a server of accounts. */
export function createClient({ authority }: Server): Client & Disposable {
  const poster = createPoster(`http://${authority}/`);
  return {
    send({ id, operationId, wish }, asOf) {
      const asked: AccountRequest = { id, operationId, wish, asOf };
      return answerOf(poster.post(asked) as Promise<Answer>);
    },
    [Symbol.dispose]: () => poster[Symbol.dispose](),
  };
}
