import { type PreviewServer, preview } from "vite";

export type Served = { readonly url: string; stop(): Promise<void> };

/** Serves a published folder on this machine alone. @param port 0: a free one */
export async function serve(folder: string, port: number): Promise<Served> {
  const server: PreviewServer = await preview({
    configFile: false,
    root: folder,
    logLevel: "silent",
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port, strictPort: true, cors: false },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("the web server has no port");
  return { url: `http://127.0.0.1:${address.port}/`, stop: () => server.close() };
}
