import { useState } from "react";
import type { UploadToken } from "standalone-auraloader";
import { Auraloader } from "standalone-auraloader/react";
import { ask } from "./ask";

export interface Settings {
  apiToken: string;
  apiBaseUrl: string;
}

const fetchToken = () =>
  ask<UploadToken>("/api/upload-token", { method: "POST" });

export function SendImages({ settings }: { settings: Settings }) {
  const [sent, setSent] = useState<string[]>([]);
  return (
    <main>
      <Auraloader
        id="uploader"
        {...settings}
        uploadTokenResolver={fetchToken}
        onUploadComplete={({ uploadId }) => setSent([...sent, uploadId])}
        onUploadError={({ code, message }) => console.error(code, message)}
      />
      <ul aria-label="Sent">
        {sent.map((id) => (
          <li key={id}>{id}</li>
        ))}
      </ul>
    </main>
  );
}
