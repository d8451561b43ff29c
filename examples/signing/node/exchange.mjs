// Exchanges the app's credentials for an upload token, on your backend.

import { sign } from "./sign.mjs";

/** `{ token, expires_at, scopes }` to hand to the page that the user is on. */
export async function exchange({ apiBaseUrl, appId, secret, apiKey }) {
  const url = `${apiBaseUrl}/auth/exchange`;
  // One text, signed and sent: made twice, it could differ.
  const body = JSON.stringify({
    ttl: 3600,
    scopes: ["upload:init", "upload:manage", "integration:read"],
  });
  // fetch sets Host itself, to this value.
  const headers = { Host: new URL(url).host, "X-Api-Key": apiKey };
  const request = { appId, secret, method: "POST", url, headers, body };
  Object.assign(headers, sign(request));
  delete headers.Host;

  const response = await fetch(url, { method: "POST", headers, body });
  if (!response.ok) {
    throw new Error(`${response.status}: ${await response.text()}`);
  }
  return response.json();
}
