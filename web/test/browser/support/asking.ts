// What a page asks a wallet, without the app between.
import type { Page } from "playwright-core";

type Told = { readonly result?: unknown; readonly code?: number; readonly message?: string };

/** Asks the wallet of that name, from inside of the page. */
export function askWallet(page: Page, name: string, method: string, params: unknown = []): Promise<Told> {
  return page.evaluate(
    async ({ name, method, params }) => {
      type Detail = { info: { name: string }; provider: { request(request: object): Promise<unknown> } };
      let provider: Detail["provider"] | undefined;
      const listen = (announced: Event): void => {
        const { detail } = announced as CustomEvent<Detail>;
        if (detail.info.name === name) provider = detail.provider;
      };
      window.addEventListener("eip6963:announceProvider", listen);
      window.dispatchEvent(new Event("eip6963:requestProvider"));
      window.removeEventListener("eip6963:announceProvider", listen);
      if (provider === undefined) throw new Error(`no wallet ${name} was announced`);
      return provider.request({ method, params }).then(
        (result) => ({ result }),
        (error: unknown) => {
          const { code, message } = error as { code: number; message: string };
          return { code, message };
        },
      );
    },
    { name, method, params },
  );
}
