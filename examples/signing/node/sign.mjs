// Signs requests with AURA-HMAC-SHA256. Node 20.11 or newer, nothing else.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const SIGNABLE = ["content-type", "host", "x-aura-nonce", "x-aura-timestamp"];

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

function canonicalPath(path) {
  const segments = [];
  let open = true;
  for (const segment of path.split("/").map(decodeURIComponent)) {
    open = ["", ".", ".."].includes(segment);
    if (segment === "..") segments.pop();
    else if (!open) segments.push(encodeURIComponent(segment));
  }
  return `/${segments.join("/")}${open && segments.length > 0 ? "/" : ""}`;
}

/** The headers to add to a request. `body`: text or bytes, as they are sent. */
export function sign({
  appId,
  secret,
  method,
  url,
  headers = {},
  body = "",
  timestamp = String(Math.floor(Date.now() / 1000)),
  nonce = randomUUID(),
}) {
  const verb = method.toUpperCase();
  const added = { "X-Aura-Timestamp": timestamp, "X-Aura-Nonce": nonce };
  const values = {};
  for (const [name, value] of Object.entries({ ...headers, ...added })) {
    values[name.toLowerCase()] = value.trim().replace(/\s+/g, " ");
  }
  const carries = ["POST", "PUT", "PATCH"].includes(verb) && body.length > 0;
  if (carries && !values["content-type"]) {
    values["content-type"] = added["Content-Type"] = "application/json";
  }

  const parts = /^(?:[^:/?#]+:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/;
  const [, path, query = ""] = parts.exec(url);
  const signed = SIGNABLE.filter((name) => values[name]);
  const canonical = [
    verb,
    canonicalPath(path),
    query.split("&").filter(Boolean).sort().join("&"),
    ...signed.map((name) => `${name}:${values[name]}`),
    "",
    signed.join(";"),
    sha256(body),
  ].join("\n");

  const day = new Date(timestamp * 1000).toISOString().slice(0, 10);
  const date = day.replaceAll("-", "");
  const scope = `${appId}/${date}/aura_request`;
  const key = hmac(hmac(`AURA${secret}`, date), "aura_request");
  const text = `AURA-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(key, text).toString("hex");
  added.Authorization = `AURA-HMAC-SHA256 Credential=${appId},SignedHeaders=${signed.join(";")},Signature=${signature}`;
  return added;
}

function main() {
  for (const block of readFileSync(0, "utf8").trim().split("\n\n")) {
    const request = { headers: {} };
    for (const line of block.split("\n")) {
      const [, name, value] = /^([^=]*)=(.*)$/.exec(line);
      const text = decodeURIComponent(value);
      if (name.startsWith("header.")) request.headers[name.slice(7)] = text;
      else request[name === "app_id" ? "appId" : name] = text;
    }
    for (const header of Object.entries(sign(request))) {
      console.log(header.join(": "));
    }
    console.log();
  }
}

if (process.argv[1] === import.meta.filename) main();
