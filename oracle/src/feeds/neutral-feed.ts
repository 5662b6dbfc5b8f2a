import { parseJson } from "../core/json.ts";
import type { Feed } from "./feed.ts";
import { ask, type HttpOptions } from "./http.ts";
import { readNeutralRound, readNeutralRounds } from "./neutral.ts";

export type NeutralOptions = HttpOptions & {
  /** The feed's number of the tournament. */
  readonly tournament: number;
  /** Unix seconds. */
  readonly clock?: () => number;
};

/** Any organizer's server: `GET <url>/rounds` and `GET <url>/rounds/<number>`, in the format of `neutral-schema.ts`. */
export function neutralFeed(options: NeutralOptions): Feed {
  const { tournament, clock = () => Math.floor(Date.now() / 1000) } = options;
  return {
    async rounds() {
      const body = await get(options, "rounds");
      return readNeutralRounds(body, { now: clock(), tournament });
    },
    async details(number) {
      const body = await get(options, `rounds/${number.toString()}`);
      return readNeutralRound(body, { now: clock(), tournament, number }).details;
    },
  };
}

function get(options: NeutralOptions, path: string) {
  return ask(options, { url: below(options.url, path), text: path, scheme: "Bearer" }, (status, text) => {
    if (status !== 200) throw new Error(`HTTP ${status}`);
    return parseJson(text, "body");
  });
}

/** The base's query stays: it may carry a key. */
function below(base: string, path: string): string {
  if (!URL.canParse(base)) return base;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
  return url.href;
}
