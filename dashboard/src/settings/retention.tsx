import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client";
import type { EventPage } from "../api/types";
import { messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { Time } from "../ui/time";
import { Link } from "../url/link";
import { Holds } from "./retention-holds";
import { RetentionForm } from "./retention-form";
import { useRetention } from "./use-retention";
import "./retention.css";

const m = messages.settings.retention;

/** How long what is kept: values here, applied by the retention run. */
export function RetentionSection({ admin }: { admin: boolean }) {
  const retention = useRetention();
  return (
    <>
      <div className="settings-head">
        <p>
          {m.detail} <Link to="activity?action=settings_changed&entity_id=retention">{m.onRecord}</Link>
        </p>
      </div>
      <LastRun />
      {!admin && <p className="form-hint">{m.readOnly}</p>}
      <Loaded query={retention}>
        {(held) => (
          <>
            {/* Another revision is another form: what was typed belonged to the old one. */}
            <RetentionForm key={held.revision} held={held} admin={admin} onDiscard={() => void retention.refetch()} />
            <Holds held={held} admin={admin} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** The record itself tells when these values last took effect. */
function LastRun() {
  const { data } = useQuery({
    queryKey: ["retention-runs"],
    queryFn: ({ signal }) => call<EventPage>("api/v1/events", { query: { category: "system", action: "retention_ran", limit: 1 }, signal }),
  });
  if (!data) return null;
  const [last] = data.events;
  if (!last) return <p className="retention-run">{m.noRun}</p>;
  return (
    <p className="retention-run">
      {m.lastRun} <Time at={last.occurred_at} /> <Link to="activity?category=system&action=retention_ran">{m.runs}</Link>
    </p>
  );
}
