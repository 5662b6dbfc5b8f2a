import type { ReactNode } from "react";

/** A file made in the browser; nothing is asked of anybody. */
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
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([make()], { type: `${type};charset=utf-8` }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <button type="button" className="button" onClick={save}>
      {children}
    </button>
  );
}
