// What Chromium takes the screen and the person's settings for, by its DevTools; it lasts until it is set anew.

/** Sets media features for all pages that are opened: `{ "forced-colors": "active" }`. */
export async function emulateMedia(driver, features) {
  const list = Object.entries(features).map(([name, value]) => ({ name, value }));
  await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { features: list });
}

/** With this nothing of the widget moves, so that what is looked at is what a person ends up seeing. */
export const still = { "prefers-reduced-motion": "reduce" };
