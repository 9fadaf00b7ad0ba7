import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon";

interface Props {
  icon: IconName;
  title: string;
  detail?: string;
  /** Errors are announced; an empty list is not news. */
  alert?: boolean;
  children?: ReactNode;
}

/** What stands in the place of content when there is none: empty, nothing found, failed, not allowed. */
export function StatePanel({ icon, title, detail, alert = false, children }: Props) {
  return (
    <div className="state-panel" role={alert ? "alert" : undefined}>
      <span className="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      {detail !== undefined && <p>{detail}</p>}
      {children !== undefined && <div className="state-actions">{children}</div>}
    </div>
  );
}
