import { messages } from "../messages";
import { Loaded } from "../ui/loaded";
import { Link } from "../url/link";
import { Holds } from "./retention-holds";
import { RetentionForm } from "./retention-form";
import { Runs } from "./retention-run";
import { useRetention } from "./use-retention";
import "./retention.css";

const m = messages.settings.retention;

/** How long what is kept: values here, applied by the retention run. */
export function RetentionSection({ admin, mayRun }: { admin: boolean; mayRun: boolean }) {
  const retention = useRetention();
  return (
    <>
      <div className="settings-head">
        <p>
          {m.detail} <Link to="activity?action=settings_changed&entity_id=retention">{m.onRecord}</Link>
        </p>
      </div>
      <Runs mayRun={mayRun} />
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
