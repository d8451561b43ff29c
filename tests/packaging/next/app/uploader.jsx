"use client";

import { useEffect, useState } from "react";
import { Auraloader } from "standalone-auraloader/react";

const ask = async (path, options) => (await fetch(path, options)).json();
const fetchToken = () => ask("/api/upload-token", { method: "POST" });

export function Uploader() {
  const [settings, setSettings] = useState();
  useEffect(() => void ask("/api/uploader").then(setSettings), []);
  return (
    settings && (
      <Auraloader
        id="uploader"
        {...settings}
        uploadTokenResolver={fetchToken}
      />
    )
  );
}
