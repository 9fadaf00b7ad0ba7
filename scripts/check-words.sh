#!/bin/sh
# Fails on words that the glossary replaces, so that one thing keeps one name.
# docs/glossary.md has the word to use instead.
set -u
cd "$(dirname "$0")/.."

words='doings|deeds|stirred|bury|buries|buried|burying|burial|interns|interned|shelf|scrub\w*'
words="$words|sweep|sweeps|swept|tidy|tidied|learnt|unlearnt|give_way|stand_back|close_day|closed_days?"
words="$words|days_to_close|keep_closed|fates?|oneself|wards|standings?|torn|adopt\w*|told|anew|pace|recall"

# The word lists of the anonymiser and of redaction are texts of people, not ours.
found=$(git grep -nIiwE "$words" -- 'crates' 'bench' 'examples' 'packages' 'scripts' '*.md' \
  ':!scripts/check-words.sh' ':!docs/glossary.md' ':!*lock*' ':!examples/data' ':!dashboard' ':!*.gen.ts' ':!crates/annals/data')
[ -z "$found" ] && exit 0
printf '%s\n\n' "$found" >&2
echo "These words have a usual one: see docs/glossary.md." >&2
exit 1
