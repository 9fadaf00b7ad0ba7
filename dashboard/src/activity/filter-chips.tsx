import { formatNumber, messages } from "../messages";
import { CategoryIcon } from "../ui/category-icon";
import type { Chip } from "./chips";
import { categoryName } from "./words";

interface Props {
  /** Grey chips keep the place, so that the list does not jump when the counts come. */
  loading: boolean;
  chips: readonly Chip[];
  onToggle: (name: string) => void;
  onClear: () => void;
}

export function FilterChips({ loading, chips, onToggle, onClear }: Props) {
  if (loading) {
    return (
      <div className="chips" aria-hidden="true">
        {[42, 96, 74, 88].map((width) => (
          <span key={width} className="chip chip-skeleton" style={{ width }} />
        ))}
      </div>
    );
  }
  if (chips.length === 0) return null;
  const any = chips.some((chip) => chip.chosen || chip.excluded);
  return (
    <div className="chips" role="group" aria-label={messages.activity.categories}>
      <button type="button" className="chip chip-all" aria-pressed={!any} onClick={onClear}>
        {messages.activity.clearCategories}
      </button>
      {chips.map((chip) => (
        <button
          key={chip.name}
          type="button"
          className="chip"
          data-category={chip.name}
          data-excluded={chip.excluded}
          aria-label={chip.excluded ? messages.activity.excluded(categoryName(chip.name)) : undefined}
          aria-pressed={chip.chosen}
          onClick={() => onToggle(chip.name)}
        >
          <CategoryIcon category={chip.name} size={15} />
          {categoryName(chip.name)} <span className="chip-count">{formatNumber(chip.count)}</span>
        </button>
      ))}
    </div>
  );
}
