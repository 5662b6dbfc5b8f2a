import { uuidFromModelId } from "@numeraire-staking/oracle/core/models";
import { Link } from "wouter";
import { Short } from "./address.tsx";

/** A model's id as people know it: a UUID as such; of a name only its hash is known. */
export function ModelLink({ tournament, model }: { tournament: string; model: `0x${string}` }) {
  return (
    <Link href={`/tournament/${tournament}/model/${model}`}>
      <ModelName model={model} />
    </Link>
  );
}

export function ModelName({ model }: { model: `0x${string}` }) {
  const uuid = uuidFromModelId(model);
  return <Short text={uuid ?? model} />;
}
