import { useEffect, useState } from "react";

/** The time, about once a minute: at midnight "Today" becomes "Yesterday" on a screen left open. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
