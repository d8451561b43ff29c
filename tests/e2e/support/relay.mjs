// Stands before a server: notes what is asked for, and answers some of it in the server's place.

import { createServer, request as ask } from "node:http";
import { once } from "node:events";
import { PassThrough } from "node:stream";

export class Relay {
  /** Port to forward to. */
  target;
  /** `[method, path]` of each request that came, in order. */
  seen = [];
  /** The most requests with bytes of archives that were under way at a time. */
  most = 0;
  #bodies = 0;
  #refusals = [];
  #hold;
  #held = [];

  /** Answers the next request of this method with a status, once its body has come. */
  refuse(method, status, headers = {}) {
    this.#refusals.push({ method, status, headers });
  }

  /** Keeps requests of this method waiting, after letting so many pass, until `release()`. */
  hold(method, after = 0) {
    this.#hold = { method, after };
  }

  /** Lets go on what waits, and what comes. */
  release() {
    this.#hold = undefined;
    for (const { response, go } of this.#held.splice(0)) if (!response.destroyed) go();
  }

  /** How many wait whose sender is still there. */
  get waiting() {
    return this.#held.filter(({ response }) => !response.destroyed).length;
  }

  /** How many of those have not been met yet. */
  get left() {
    return this.#refusals.length;
  }

  /** The calls of the API's lifecycle so far, by name. */
  calls() {
    return this.seen.flatMap(([method, path]) =>
      method === "POST" ? (path.match(/\/uploader\/upload\/(\w+)$/)?.slice(1) ?? []) : [],
    );
  }

  handle(request, response) {
    const { method, url: path, headers } = request;
    this.seen.push([method, path]);
    if (this.#hold?.method !== method || --this.#hold.after >= 0) return this.#answer(request, response, request);
    // All of it is taken in: of a connection that nobody reads from it isn't seen when it ends.
    const body = request.pipe(new PassThrough({ highWaterMark: 1 << 24 }));
    this.#held.push({ response, go: () => this.#answer(request, response, body) });
  }

  #answer({ method, url: path, headers }, response, body) {
    if (headers["content-type"] === "application/offset+octet-stream") {
      this.most = Math.max(this.most, (this.#bodies += 1));
      response.once("close", () => (this.#bodies -= 1));
    }
    const at = this.#refusals.findIndex((refusal) => refusal.method === method && path.startsWith("/files/"));
    if (at >= 0) {
      const [refusal] = this.#refusals.splice(at, 1);
      const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "*, retry-after" };
      const answer = () => response.writeHead(refusal.status, { ...cors, ...refusal.headers }).end();
      body.resume().once("end", answer);
      return;
    }
    const onward = ask({ host: "127.0.0.1", port: this.target, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    // What happens to one side happens to the other.
    onward.on("error", () => response.destroy());
    response.once("close", () => onward.destroy());
    body.pipe(onward);
  }

  /** A server of its own for it; gives its port. Ends with the test. */
  async listen(test) {
    const server = createServer((request, response) => this.handle(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    test.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return server.address().port;
  }
}
