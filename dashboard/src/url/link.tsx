import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { go, href } from "./history";

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  to: string;
  replace?: boolean;
}

/** A real link, so that it can be copied or opened in a new tab; a plain click stays in the page. */
export function Link({ to, replace = false, onClick, children, ...rest }: Props) {
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to, { replace });
  };
  return (
    <a {...rest} href={href(to)} onClick={click}>
      {children}
    </a>
  );
}
