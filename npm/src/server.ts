// Entry `standalone-auraloader/server`: what an integrator's backend signs with. One file a scheme.

export { HmacSigner } from "./server/hmac-signer.js";
export { AuraImage, signUpload } from "./server/aura-image.js";
export { generateSecureSignature } from "./server/secure-signature.js";
export { signUploadJwt } from "./server/upload-jwt.js";
