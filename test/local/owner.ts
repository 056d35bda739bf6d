import { startEmbedded } from "../../src/local/index.ts";

// A program that starts Cassandra in a directory and then runs until it is ended.
const [dir = "", cacheDir = ""] = process.argv.slice(2);
const embedded = await startEmbedded({ dir, cacheDir, port: 0, progress: () => {} });
console.log(JSON.stringify({ contactPoint: embedded.contactPoint, owned: embedded.owned }));
setInterval(() => {}, 1000);
