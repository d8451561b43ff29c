"""Signs requests with AURA-HMAC-SHA256. Python 3.8 or newer, standard library only."""

import hashlib
import hmac
import re
import sys
import time
import uuid
from urllib.parse import quote, unquote, unquote_to_bytes

SIGNABLE = ["content-type", "host", "x-aura-nonce", "x-aura-timestamp"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def hmac_sha256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_path(path):
    segments, is_open = [], True
    for segment in map(unquote_to_bytes, path.split("/")):
        is_open = segment in (b"", b".", b"..")
        if segment == b"..":
            del segments[-1:]
        elif not is_open:
            segments.append(quote(segment, safe="-_.!~*'()"))
    return "/" + "/".join(segments) + ("/" if is_open and segments else "")


def sign(app_id, secret, method, url, headers, body=b"", timestamp=None, nonce=None):
    """The headers to add to a request. `body`: the bytes that are sent."""
    timestamp = timestamp or str(int(time.time()))
    method = method.upper()
    added = {"X-Aura-Timestamp": timestamp, "X-Aura-Nonce": nonce or str(uuid.uuid4())}
    values = {name.lower(): " ".join(value.split()) for name, value in {**headers, **added}.items()}
    if method in ("POST", "PUT", "PATCH") and body and not values.get("content-type"):
        values["content-type"] = added["Content-Type"] = "application/json"

    parts = re.match(r"(?:[^:/?#]+://[^/?#]*)?([^?#]*)(?:\?([^#]*))?", url)
    pairs = sorted(pair for pair in (parts[2] or "").split("&") if pair)
    signed = [name for name in SIGNABLE if values.get(name)]
    lines = [method, canonical_path(parts[1]), "&".join(pairs)]
    lines += [f"{name}:{values[name]}" for name in signed]
    lines += ["", ";".join(signed), sha256(body)]

    date = time.strftime("%Y%m%d", time.gmtime(int(timestamp)))
    scope = f"{app_id}/{date}/aura_request"
    canonical = "\n".join(lines).encode()
    text = f"AURA-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(canonical)}"
    key = hmac_sha256(hmac_sha256(f"AURA{secret}".encode(), date), "aura_request")
    added["Authorization"] = (
        f"AURA-HMAC-SHA256 Credential={app_id},SignedHeaders={';'.join(signed)},"
        f"Signature={hmac_sha256(key, text).hex()}"
    )
    return added


def main():
    for block in sys.stdin.read().strip().split("\n\n"):
        lines = (line.split("=", 1) for line in block.split("\n"))
        fields = {name: unquote(value) for name, value in lines}
        headers = {name[7:]: value for name, value in fields.items() if name.startswith("header.")}
        added = sign(
            fields["app_id"],
            fields["secret"],
            fields["method"],
            fields["url"],
            headers,
            fields.get("body", "").encode(),
            fields.get("timestamp"),
            fields.get("nonce"),
        )
        for name, value in added.items():
            print(f"{name}: {value}")
        print()


if __name__ == "__main__":
    main()
