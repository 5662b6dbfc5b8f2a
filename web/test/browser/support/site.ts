// The same app, published for another deployment.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { publish } from "../../../publish/publish.ts";
import { serve } from "../../../publish/serve.ts";
import type { Config } from "../../../src/config/config.ts";
import type { World } from "./world.ts";

export type Site = { readonly webUrl: string; readonly config: Config };

/** Publishes it with these changes of its configuration, until the test ends. */
export async function siteWith({ config }: World, changes: Partial<Config>): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "web-site-"));
  const changed = { ...config, ...changes };
  await publish(changed, folder);
  const served = await serve(folder, 0);
  onTestFinished(async () => {
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { webUrl: served.url, config: changed };
}
