import { StakerLink } from "./address.tsx";

/** Who may sign, in the order of the signers' bits. */
export function Reporters({ title, reporters }: { title: string; reporters: readonly string[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul className="people">
        {reporters.map((reporter) => (
          <li key={reporter}>
            <StakerLink address={reporter} />
          </li>
        ))}
      </ul>
    </>
  );
}
