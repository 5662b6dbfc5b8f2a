// The half of the wallet that is in the page: it announces itself (EIP-6963) and passes on what it is asked. It knows no key.
import type { Answer, Request } from "./wallet.ts";

export type Announced = { readonly name: string; readonly uuid: string; readonly binding: string };

/** Runs in the page, before any of its scripts: nothing from outside of it is in reach. */
export function announce({ name, uuid, binding }: Announced): void {
  type Listener = (value: unknown) => void;
  const listeners = new Map<string, Set<Listener>>();
  const ask = (window as unknown as Record<string, (request: Request) => Promise<Answer>>)[binding];
  if (ask === undefined) throw new Error("the wallet has no other half");
  const provider = {
    async request({ method, params }: Request): Promise<unknown> {
      const answer = await ask({ method, params });
      if ("error" in answer) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on(event: string, listener: Listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      return provider;
    },
    removeListener(event: string, listener: Listener) {
      listeners.get(event)?.delete(listener);
      return provider;
    },
  };
  window.addEventListener(binding, (happened) => {
    const { event, value } = (happened as CustomEvent<{ event: string; value: unknown }>).detail;
    for (const listener of listeners.get(event) ?? []) listener(value);
  });
  const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"/>')}`;
  const info = { uuid, name, icon, rdns: `org.example.${uuid}` };
  const say = (): void => {
    const detail = Object.freeze({ info: Object.freeze(info), provider });
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  window.addEventListener("eip6963:requestProvider", say);
  say();
}

/** Runs in the page: tells its half of the wallet that something has happened. */
export function tell({ binding, event, value }: { binding: string; event: string; value: unknown }): void {
  window.dispatchEvent(new CustomEvent(binding, { detail: { event, value } }));
}
