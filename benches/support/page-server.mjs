// Serves what a page needs, from files and from memory.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves `routes`, a path on disk or a Buffer for each path of the page's; ends with the scope. */
export async function serve(scope, routes) {
  const server = createServer(async (request, response) => {
    const content = routes[request.url];
    if (content === undefined) return response.writeHead(404).end();
    response.setHeader("content-type", types[extname(request.url)] ?? "application/octet-stream");
    response.end(Buffer.isBuffer(content) ? content : await readFile(content));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
