import { useRetentionRuns } from "../api/use-retention-runs";
import { messages } from "../messages";
import { Icon } from "../ui/icon";
import { Time } from "../ui/time";
import { Link } from "../url/link";

const m = messages.shell;

/** The first retention run that changes events, on every screen of those who can stop it. */
export function Announcement({ reads }: { reads: boolean }) {
  const announced = useRetentionRuns(reads).data?.announced;
  if (!announced) return null;
  return (
    <aside className="announcement">
      <Icon name="alert" />
      <p>
        {m.announced(announced.anonymised, announced.deleted)} <Time at={announced.begins_at} />. <Link to="settings?section=retention">{m.reviewRetention}</Link>
      </p>
    </aside>
  );
}
