"use strict";

async function ask(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) {
    throw new Error(`${path} answered ${response.status}`);
  }
  return response.json();
}

async function openUploader() {
  const { apiToken, apiBaseUrl } = await ask("/api/uploader");
  const uploader = new StandaloneAuraloader({
    apiToken,
    apiBaseUrl,
    uploadTokenResolver: () => ask("/api/upload-token", { method: "POST" }),
    containerId: "uploader",
    callbacks: {
      onUploadComplete: (result) => console.info("Sent", result.uploadId),
      onUploadError: (error) => console.error(error.code, error.message),
    },
  });
  await uploader.init();
  await uploader.mount();
}

openUploader();
