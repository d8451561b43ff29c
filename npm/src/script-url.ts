// Addresses for workers, where the page's policy asks for Trusted Types.

interface Policy {
  createScriptURL(url: string): string;
}

declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy };

let policy: Policy | undefined;

/** The address as `new Worker()` takes it under `require-trusted-types-for 'script'; trusted-types standalone-auraloader`.
 * Nobody else gets at the policy, which lets through whatever it is given. */
export function scriptUrl(url: string): string {
  try {
    policy ??= trustedTypes.createPolicy("standalone-auraloader", { createScriptURL: (given) => given });
  } catch {
    // The browser knows no such types, or the page allows no such policy: then it may not ask for one either.
    return url;
  }
  return policy.createScriptURL(url);
}
