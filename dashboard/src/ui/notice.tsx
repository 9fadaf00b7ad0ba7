import type { ReactNode } from "react";
import { Icon } from "./icon";

/** Something went wrong beside what the viewer is doing; read out at once. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="notice" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{title}</strong>
        <p>{children}</p>
      </div>
    </div>
  );
}
