// What Chromium takes the screen and the person's settings for, by its DevTools; it lasts until it is set anew.

/** Sets media features for all pages that are opened: `{ "forced-colors": "active" }`. */
export async function emulateMedia(driver, features) {
  const list = Object.entries(features).map(([name, value]) => ({ name, value }));
  await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { features: list });
}

/** With this nothing of the widget moves, so that what is looked at is what a person ends up seeing. */
export const still = { "prefers-reduced-motion": "reduce" };

/** Makes the page so wide, in CSS pixels: the window's own minimum is wider than a phone. `scale` 2 is a zoom of 200 %. */
export async function emulateWidth(driver, width, { height = 900, scale = 1 } = {}) {
  const metrics = { width, height, deviceScaleFactor: scale, mobile: false };
  await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", metrics);
}

/** The page as PNG, in base64, in a window as high as all of it, within reason. */
export async function picture(driver, width, { most = 1600, scale = 1 } = {}) {
  await emulateWidth(driver, width, { height: 200, scale });
  const whole = await driver.executeScript(() => document.body.scrollHeight + 32);
  await emulateWidth(driver, width, { height: Math.min(whole, most), scale });
  const { data } = await driver.sendAndGetDevToolsCommand("Page.captureScreenshot", {});
  return data;
}
