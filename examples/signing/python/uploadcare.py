"""An Uploadcare signature. The secret is in UPLOADCARE_SECRET, the expiry (Unix
seconds; half an hour from now if left out) is the argument."""

import hmac
import json
import os
import sys
import time

expire = sys.argv[1] if len(sys.argv) > 1 else str(int(time.time()) + 1800)
signature = hmac.new(os.environ["UPLOADCARE_SECRET"].encode(), expire.encode(), "sha256").hexdigest()
print(json.dumps({"secureSignature": signature, "secureExpire": expire}))
