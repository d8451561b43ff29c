import {
  AuraloaderError,
  StandaloneAuraloader,
  type UploadToken,
} from "standalone-auraloader";

interface Settings {
  apiToken: string;
  apiBaseUrl: string;
}

async function ask<Answer>(
  path: string,
  options?: RequestInit,
): Promise<Answer> {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const uploader = new StandaloneAuraloader({
  ...(await ask<Settings>("/api/uploader")),
  uploadTokenResolver: () =>
    ask<UploadToken>("/api/upload-token", { method: "POST" }),
  containerId: "uploader",
  callbacks: {
    onUploadComplete: ({ uploadId, successful }) =>
      console.info(`Sent ${successful} images as ${uploadId}`),
    onUploadError: ({ code, message }) => console.error(code, message),
  },
});

try {
  await uploader.init();
  await uploader.mount();
} catch (error) {
  if (!(error instanceof AuraloaderError)) throw error;
  document.body.append(`The uploader could not be opened: ${error.message}`);
}
