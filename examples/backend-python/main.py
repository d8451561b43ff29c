"""Your backend, with FastAPI: it alone knows the app's secret, and gives your pages upload tokens."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI, HTTPException, Response
from fastapi.staticfiles import StaticFiles

EXAMPLES = Path(__file__).resolve().parent.parent
# AURA-HMAC-SHA256 in the standard library alone: take a copy of the file beside this one.
sys.path.append(str(EXAMPLES / "signing/python"))
from sign import sign  # noqa: E402

API = os.environ["AURA_API_URL"]
APP_ID = os.environ["AURA_APP_ID"]
APP_SECRET = os.environ["AURA_APP_SECRET"]
API_KEY = os.environ["SERVICE_API_KEY"]
PAGES = os.environ.get("PAGES", EXAMPLES / "script-tag")
WIDGET = os.environ.get("WIDGET", EXAMPLES.parent / "pkg")

app = FastAPI()


@app.get("/api/uploader")
def uploader():
    """What the page may know: the key names your service, the token is what authorises."""
    return {"apiToken": API_KEY, "apiBaseUrl": API}


@app.post("/api/upload-token")
async def upload_token(response: Response):
    # Here your own session comes first: whoever is not signed in gets no token.
    url = f"{API}/auth/exchange"
    scopes = ["upload:init", "upload:manage", "integration:read"]
    # One text, signed and sent: made twice, it could differ.
    body = json.dumps({"ttl": 600, "scopes": scopes}).encode()
    headers = {"Host": urlsplit(url).netloc, "X-Api-Key": API_KEY}
    headers |= sign(APP_ID, APP_SECRET, "POST", url, headers, body)
    async with httpx.AsyncClient() as client:
        exchanged = await client.post(url, headers=headers, content=body)
    if exchanged.is_error:
        print(f"The exchange was refused with {exchanged.status_code}", file=sys.stderr)
        raise HTTPException(502, "No upload token could be had.")
    token = exchanged.json()
    response.headers["Cache-Control"] = "no-store"
    return {"token": token["token"], "expires_at": token["expires_at"]}


app.mount("/standalone-auraloader", StaticFiles(directory=WIDGET))
app.mount("/", StaticFiles(directory=PAGES, html=True))
