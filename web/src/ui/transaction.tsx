import { useApp } from "../app-context.ts";
import { Short } from "./address.tsx";

/** A transaction: a link where the deployment names an explorer. */
export function Transaction({ hash }: { hash: string }) {
  const { explorerUrl } = useApp().config;
  if (explorerUrl === null) return <Short text={hash} />;
  return (
    <a href={explorerUrl.replace("{hash}", hash)} rel="noreferrer">
      <Short text={hash} />
    </a>
  );
}
