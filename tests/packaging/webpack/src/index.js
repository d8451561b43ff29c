import "standalone-auraloader/element";

const ask = async (path, options) => (await fetch(path, options)).json();

ask("/api/uploader").then(({ apiToken, apiBaseUrl }) => {
  const element = document.getElementById("uploader");
  element.setAttribute("api-token", apiToken);
  element.setAttribute("api-base-url", apiBaseUrl);
  element.uploadTokenResolver = () =>
    ask("/api/upload-token", { method: "POST" });
  element.addEventListener("auraloader:error", ({ detail }) =>
    console.error(detail.code, detail.message),
  );
});
