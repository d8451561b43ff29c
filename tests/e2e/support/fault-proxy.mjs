// A TCP proxy on the loopback that makes a connection slow, or cuts it in the middle of a request.

import { once } from "node:events";
import { createServer, connect } from "node:net";
import { setTimeout as after } from "node:timers/promises";

/** Milliseconds that a timeout may come late. */
const LATE = 10;

/** Forwards to `target` (a port, which may be set later); `rate` and `cutAfter()` make it misbehave. */
export class FaultProxy {
  /** Port to forward to. */
  target;
  /** Bytes a second towards the server, over all connections; infinite unless set. */
  rate = Infinity;
  /** How many connections have been cut. */
  cuts = 0;
  /** Whether nobody is there: connections are ended as soon as they are made. */
  gone = false;
  /** How many connections found nobody. */
  refused = 0;
  /** Bytes towards the server. */
  sent = 0;
  /** How many chunks came with a checksum. */
  checksums = 0;
  #left = Infinity;
  /** When the link has carried all that it was given so far. */
  #free = 0;
  #sockets = new Set();
  #server = createServer((client) => this.#forward(client));

  static async start() {
    const proxy = new FaultProxy();
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Cuts the connection that carries the byte `bytes` from now on, counted towards the server over all connections. */
  cutAfter(bytes) {
    this.#left = bytes;
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Ends all connections; new ones find nobody until `gone` is unset. */
  vanish() {
    this.gone = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #forward(client) {
    if (this.gone) {
      this.refused += 1;
      client.destroy();
      return;
    }
    const server = connect(this.target, "127.0.0.1");
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    let isCut = false;
    client.on("data", async (data) => {
      // What still comes must not be carried: the server would take it for what was cut off.
      if (isCut) return;
      this.sent += data.length;
      if (data.includes("Upload-Checksum: sha256 ")) this.checksums += 1;
      this.#left -= data.length;
      if (this.#left <= 0) {
        this.#left = Infinity;
        isCut = true;
        this.cuts += 1;
        server.write(data.subarray(0, data.length / 2), end);
        return;
      }
      server.write(data);
      if (this.rate < Infinity) {
        // By when it is due, so that timeouts that come late do not add up: what they lose the link makes up for.
        this.#free = Math.max(this.#free, performance.now() - LATE) + (1000 * data.length) / this.rate;
        client.pause();
        await after(this.#free - performance.now());
        client.resume();
      }
    });
    server.pipe(client);
  }
}
