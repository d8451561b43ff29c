// Your backend, with Express: it alone knows the app's secret, and gives your pages upload tokens.

import express from "express";
import { HmacSigner } from "standalone-auraloader/server";

const {
  AURA_API_URL,
  AURA_APP_ID,
  AURA_APP_SECRET,
  SERVICE_API_KEY,
  PAGES,
  PORT = "3000",
} = process.env;
const signer = new HmacSigner(AURA_APP_ID, AURA_APP_SECRET);
const app = express();

/** What the page may know: the key names your service, the token is what authorises. */
app.get("/api/uploader", (_request, response) => {
  response.json({ apiToken: SERVICE_API_KEY, apiBaseUrl: AURA_API_URL });
});

app.post("/api/upload-token", async (_request, response) => {
  // Here your own session comes first: whoever is not signed in gets no token.
  const config = {
    method: "POST",
    url: "/auth/exchange",
    baseURL: AURA_API_URL,
    headers: {
      "Content-Type": "application/json",
      "X-Api-Key": SERVICE_API_KEY,
    },
    data: {
      ttl: 600,
      scopes: ["upload:init", "upload:manage", "integration:read"],
    },
  };
  await signer.sign(config);
  const exchanged = await fetch(`${config.baseURL}${config.url}`, {
    method: config.method,
    headers: config.headers,
    body: JSON.stringify(config.data),
  });
  const { token, expires_at, message } = await exchanged.json();
  if (!exchanged.ok) {
    console.error(
      `The exchange was refused with ${exchanged.status}: ${message}`,
    );
    return response
      .status(502)
      .json({ error: "No upload token could be had." });
  }
  response.set("Cache-Control", "no-store").json({ token, expires_at });
});

app.use(express.static(PAGES ?? "../script-tag"));
app.use(
  "/standalone-auraloader",
  express.static("node_modules/standalone-auraloader"),
);

const server = app.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
