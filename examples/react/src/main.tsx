import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ask } from "./ask";
import { SendImages, type Settings } from "./SendImages";

const settings = await ask<Settings>("/api/uploader");

createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <SendImages settings={settings} />
  </StrictMode>,
);
