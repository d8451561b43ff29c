// The official tus server as a process of its own: node tus-process.mjs '{ "port": 0, "token": "…", "directory": "…" }',
// or with `s3` in place of `directory`: the options of its S3 store. Prints its port.

import { FileStore } from "@tus/file-store";
import { S3Store } from "@tus/s3-store";
import { Server } from "@tus/server";

const { port, token, directory, s3 } = JSON.parse(process.argv[2]);
const tus = new Server({
  path: "/files",
  datastore: s3 ? new S3Store(s3) : new FileStore({ directory }),
  onIncomingRequest: async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${token}`) throw { status_code: 401, body: "no lift token" };
  },
});
const server = tus.listen(port, "127.0.0.1", () => console.log(server.address().port));
