import { useEffect } from "react";
import { messages } from "../messages";

export function useTitle(screen: string): void {
  useEffect(() => {
    document.title = messages.shell.title(screen);
  }, [screen]);
}
