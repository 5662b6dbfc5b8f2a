import type { TestProject } from "vitest/node";
import { type Places, startStage } from "./stage.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly places: Places;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stage = await startStage();
  project.provide("places", stage.places);
  return () => stage.stop();
}
