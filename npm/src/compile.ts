// Compiling while the bytes arrive.

/** Compiles a response; a server that names another MIME type costs the streaming, not the widget. */
export async function compileFrom(pending: Response | Promise<Response>): Promise<WebAssembly.Module> {
  const response = await pending;
  if (!response.ok) throw new Error(`Loading ${response.url} failed with status ${response.status}`);
  const mime = response.headers.get("content-type")?.split(";")[0]?.trim();
  return mime === "application/wasm" && "compileStreaming" in WebAssembly
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
