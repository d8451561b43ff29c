// An Uploadcare signature. The secret is in UPLOADCARE_SECRET, the expiry (Unix
// seconds; half an hour from now if left out) is the argument.

import { createHmac } from "node:crypto";

const expire = process.argv[2] ?? String(Math.floor(Date.now() / 1000) + 1800);
const signature = createHmac("sha256", process.env.UPLOADCARE_SECRET)
  .update(expire)
  .digest("hex");
console.log(
  JSON.stringify({ secureSignature: signature, secureExpire: expire }),
);
