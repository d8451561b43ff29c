// Entry `standalone-auraloader/server`: what an integrator's backend signs with. One file a scheme.

export { HmacSigner } from "./server/hmac-signer.js";
