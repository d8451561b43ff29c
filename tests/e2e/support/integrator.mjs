// An integrator's own backend, with Express: its pages ask it for upload tokens.

import { once } from "node:events";
import express from "express";

/** Serves `POST /api/upload-token` on the loopback until the test ends, and returns its address. */
export async function startIntegrator(test, HmacSigner, env) {
  const app = express();

  // Word for word what integrators were told to write, but for the session; `env` is their process.env.
  app.post("/api/upload-token", async (req, res) => {
    const signer = new HmacSigner(env.AURA_APP_ID, env.AURA_APP_SECRET);

    const config = {
      method: "POST",
      url: "/auth/exchange",
      baseURL: env.AURA_API_URL,
      headers: {
        "Content-Type": "application/json",
        "X-Api-Key": env.SERVICE_API_KEY,
      },
      data: {
        ttl: 3600, // 1 hour
        scopes: ["upload:init", "upload:manage", "integration:read"],
      },
    };

    await signer.sign(config);

    const response = await fetch(`${config.baseURL}${config.url}`, {
      method: config.method,
      headers: config.headers,
      body: JSON.stringify(config.data),
    });

    if (!response.ok) {
      const error = await response.json();
      return res.status(response.status).json(error);
    }

    const { token, expires_at, scopes } = await response.json();

    res.json({ token, expires_at, scopes });
  });

  const server = app.listen(0, "127.0.0.1");
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}/api/upload-token`;
}
