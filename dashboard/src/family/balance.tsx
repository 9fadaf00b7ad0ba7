import type { ChildState } from "../api/types";
import { formatNumber, messages } from "../messages";
import { Icon } from "../ui/icon";

const m = messages.family;
/** Between the two parts of the bar, in hundredths of it. */
const GAP = 0.6;

/** What the child has, and how good stands against not good. */
export function Balance({ data, onCorrect }: { data: ChildState; onCorrect: (() => void) | undefined }) {
  const { good, not_good: bad } = data.good_vs_not_good;
  const all = good.points - bad.points;
  const share = all === 0 ? 100 : (good.points / all) * 100;
  return (
    <section className="panel balance" aria-labelledby="balance">
      <div className="panel-head">
        <h2 id="balance">{m.balance}</h2>
        {onCorrect && (
          <button type="button" className="button small" onClick={onCorrect}>
            <Icon name="settings" size={15} />
            {m.correct}
          </button>
        )}
      </div>
      <p className="balance-value" aria-live="polite">
        {/* A new value is a new element, which comes in with a movement. */}
        <strong key={data.points}>{formatNumber(data.points)}</strong> {m.balanceUnit(data.points)}
      </p>
      <h3>{m.sinceEver}</h3>
      {good.count + bad.count === 0 ? (
        <p className="form-hint">{m.nothingYet}</p>
      ) : (
        <>
          <svg className="balance-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect className="balance-good" width={share} height="10" />
            <rect className="balance-bad" x={share + GAP} width={Math.max(0, 100 - share - GAP)} height="10" />
          </svg>
          <p className="balance-words">
            <span data-line="up">{m.goodOf(good.count, good.points)}</span>
            <span data-line="down">{m.notGoodOf(bad.count, bad.points)}</span>
          </p>
        </>
      )}
    </section>
  );
}
