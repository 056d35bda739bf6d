import { createServer, type Server, type ServerOptions } from "../../src/server/index.ts";
import { type Issuer, startIssuer } from "../fixtures/issuer.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { noteSchema, noteTables } from "./notes.ts";

/** An issuer of tokens, and servers of notes at which callers sign in with them. All share one keyspace. */
export interface NoteService extends AsyncDisposable {
  readonly issuer: Issuer;
  /** Starts a server with its own options. Whoever starts it closes it, or it closes with the service. */
  serve(options?: Partial<ServerOptions>): Promise<Server>;
}

/** Opens a keyspace and an issuer. @param standard options of all servers */
export async function openNoteService(
  standard: (issuer: Issuer) => Partial<ServerOptions> = () => ({}),
): Promise<NoteService> {
  await using opened = new AsyncDisposableStack();
  const { session } = opened.use(await createKeyspace(...noteTables));
  const issuer = opened.use(await startIssuer());
  const servers = opened.use(new AsyncDisposableStack());
  const kept = opened.move();
  return {
    issuer,
    async serve(options) {
      const server = await createServer({
        schema: noteSchema,
        tables: noteTables,
        session,
        signIn: issuer.signIn,
        log: () => {},
        ...standard(issuer),
        ...options,
      });
      return servers.use(server);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
