import type { ReactNode } from "react";

/** A button for a file that is made in the browser; nothing is asked of anybody. */
export function Download({
  name,
  type,
  make,
  children,
}: {
  name: string;
  type: string;
  make: () => string;
  children: ReactNode;
}) {
  return (
    <button type="button" className="button" onClick={() => save(name, type, make())}>
      {children}
    </button>
  );
}

/** Saves a text as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
