import { numberToHex } from "viem";
import { copy } from "../copy/en.ts";

/** Values as they are, down to the bytes: objects as lists of their fields, words in hexadecimal. */
export function Raw({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="quiet">{copy.checkPage.nothing}</span>;
  if (Array.isArray(value)) return <RawList values={value} />;
  if (typeof value === "object") {
    return (
      <dl className="raw">
        {Object.entries(value).map(([name, each]: [string, unknown]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{name === "words" ? <RawWords words={each as readonly bigint[]} /> : <Raw value={each} />}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return <code>{JSON.stringify(value, whole).replaceAll('"', "")}</code>;
}

/** A bigint as its digits. */
const whole = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

function RawList({ values }: { values: readonly unknown[] }) {
  if (values.length === 0) return <span className="quiet">{copy.checkPage.nothing}</span>;
  return (
    <ol className="raw-list">
      {values.map((each, at) => (
        <li key={at}>
          <Raw value={each} />
        </li>
      ))}
    </ol>
  );
}

function RawWords({ words }: { words: readonly bigint[] }) {
  return (
    <details>
      <summary>{copy.checkPage.words(words.length)}</summary>
      <pre className="words" tabIndex={0}>
        {words.map((word) => numberToHex(word, { size: 32 })).join("\n")}
      </pre>
    </details>
  );
}
