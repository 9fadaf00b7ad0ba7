//! A compiled mapping, whose columns have been found.

use std::collections::HashMap;

use annals_event::cut::cut_end;
use annals_event::{Draft, Time, limits};
use anyhow::Context as _;
use csv::StringRecord;
use jiff::civil;
use jiff::tz::TimeZone;
use regex::Regex;

use super::field::{Field, Kind};
use super::mapping::{Mapping, RuleSpec, SpreadSpec, TimeSpec};
use super::spread::Spread;
use super::template::{Columns, Expr, Lookup, RowContext, Template};
use super::value::{Assignment, assignments, at, expr};
use super::when::{self, Format, SECOND};

#[derive(Clone, Debug)]
struct Rule {
    when: Vec<(usize, Regex)>,
    skip: bool,
    set: Vec<Assignment>,
}

/// The steps for each row.
#[derive(Clone, Debug)]
pub struct Plan {
    time: Template,
    format: Format,
    spread: Option<Spread>,
    event: Vec<Assignment>,
    rules: Vec<Rule>,
}

impl Mapping {
    /// Finds the mapping's columns in the file's.
    pub fn plan(&self, columns: &mut Columns) -> anyhow::Result<Plan> {
        Plan::compile(self, columns)
            .map_err(anyhow::Error::msg)
            .with_context(|| format!("mapping {}", self.name))
    }
}

impl Plan {
    /// Finds every column and checks every value. Errors begin with the key.
    pub fn compile(mapping: &Mapping, columns: &mut Columns) -> Result<Plan, String> {
        let event = assignments(&mapping.event, "event", columns)?;
        if !event.iter().any(|one| one.field.name() == "action") {
            return Err("event.action: is missing; every event needs an action".into());
        }
        let time = Template::column(&mapping.time.column, columns).map_err(at("time.column"))?;
        let format = time_format(&mapping.time, columns)?;
        let spread = match &mapping.time.spread {
            Some(_) if !format.is_day() => {
                return Err(
                    "time.spread: is only for `date` and `day_offset`, which lack a time".into()
                );
            }
            Some(spec) => Some(spread(spec, columns)?),
            None => None,
        };
        let rules = mapping.rules.iter().enumerate();
        let rules = rules.map(|(index, spec)| rule(spec, index + 1, columns));
        Ok(Plan { time, format, spread, event, rules: rules.collect::<Result<_, _>>()? })
    }

    /// Makes a plan for columns that are named like fields. The server's own columns are left out.
    pub fn by_names(columns: &mut Columns) -> Result<Plan, String> {
        const OWN: [&str; 4] = ["cursor", "created_at", "anonymised_at", "occurred_at"];
        for needed in ["occurred_at", "action"] {
            if !columns.names().iter().any(|name| name == needed) {
                return Err(format!(
                    "the column `{needed}` is missing, without which no event can be made; \
                     describe the columns in a --mapping, or export with --columns all"
                ));
            }
        }
        let mut event = Vec::new();
        for (at, name) in columns.names().iter().enumerate() {
            if OWN.contains(&name.as_str()) {
                continue;
            }
            let field = name.parse::<Field>().map_err(|()| {
                format!(
                    "the column `{name}` is not a field of an event; describe it in a --mapping"
                )
            })?;
            event.push(Assignment {
                field: field.exported(),
                expr: Expr::Template(Template::cell(at)),
                kind: Kind::Text,
            });
        }
        Ok(Plan {
            time: Template::column("occurred_at", columns)?,
            format: Format::Rfc3339,
            spread: None,
            event,
            rules: Vec::new(),
        })
    }

    /// Returns the row's time and event, without time and (unless the mapping sets one) without id;
    /// `None` if a rule leaves the row out.
    pub fn read(
        &mut self,
        cells: &StringRecord,
        line: u64,
        secret: &[u8],
    ) -> Result<Option<(Time, Draft)>, String> {
        let mut context = RowContext { cells, day: "", line, secret };
        let rule = self.rules.iter().find(|rule| rule.fits(cells));
        if rule.is_some_and(|rule| rule.skip) {
            return Ok(None);
        }
        let text = self.time.expand(&context).ok_or("the row has no time")?;
        let mut time = self.format.read(&text, &context)?;
        if let Some(spread) = &mut self.spread {
            time = spread.place(time, &context);
        }
        let day = when::day_of(time);
        context.day = &day;

        let mut draft = Draft::default();
        let set = rule.map_or(&[][..], |rule| &rule.set);
        for one in self.event.iter().chain(set) {
            let named = |error| format!("{}: {error}", one.field.name());
            if let Some(text) = one.expr.expand(&context).map_err(named)? {
                one.field.set(&mut draft, &text, one.kind).map_err(named)?;
            }
        }
        if draft.action.is_empty() {
            return Err("action: is empty".into());
        }
        // A mapping's sentence may hold a path of any length.
        if let Some(message) = &mut draft.message
            && cut_end(message, limits::MESSAGE_CHARS - 1)
        {
            message.push('…');
        }
        Ok(Some((time, draft)))
    }
}

impl Rule {
    fn fits(&self, cells: &StringRecord) -> bool {
        let fits =
            |(at, pattern): &(usize, Regex)| pattern.is_match(cells.get(*at).unwrap_or_default());
        self.when.iter().all(fits)
    }
}
fn time_format(spec: &TimeSpec, columns: &mut Columns) -> Result<Format, String> {
    if spec.format == "day_offset" {
        let origin = spec.origin.as_ref();
        let origin = origin.ok_or("time.origin: is missing; which day is day 0?")?;
        let lookup = match expr(origin, columns).map_err(at("time.origin"))?.0 {
            Expr::Lookup(lookup) => lookup,
            // The same day for every row: a choice that always uses its default.
            Expr::Template(day) => {
                Lookup { by: day.clone(), table: HashMap::new(), default: Some(day) }
            }
            _ => return Err("time.origin: must be a day, or { by, table } that gives one".into()),
        };
        return Ok(Format::DayOffset(lookup));
    }
    if spec.origin.is_some() {
        return Err("time.origin: is only for `as = \"day_offset\"`".into());
    }
    let zone = match &spec.timezone {
        Some(name) => {
            TimeZone::get(name).map_err(|error| at("time.timezone")(error.to_string()))?
        }
        None => TimeZone::UTC,
    };
    Format::from_name(&spec.format, zone)
        .ok_or_else(|| format!("time.as: `{}` is none of {}", spec.format, Format::NAMES))
}

fn spread(spec: &SpreadSpec, columns: &mut Columns) -> Result<Spread, String> {
    let clock = |text: &str, key: &str| {
        let time: civil::Time = text
            .parse()
            .map_err(|_| format!("time.spread.{key}: must be a time of day such as 07:00"))?;
        let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60;
        Ok::<_, String>(seconds * SECOND)
    };
    let [least, most] = spec.gap_seconds.map(|gap| i64::from(gap) * SECOND);
    if least > most {
        return Err("time.spread.gap_seconds: must begin with the shortest gap".into());
    }
    let (from, to) = (clock(&spec.from, "from")?, clock(&spec.to, "to")?);
    if from >= to {
        return Err("time.spread: `from` must be before `to`".into());
    }
    Ok(Spread {
        group: Template::parse(&spec.group, columns).map_err(at("time.spread.group"))?,
        from,
        to,
        gap: (least, most),
        young: HashMap::new(),
        old: HashMap::new(),
    })
}

fn rule(spec: &RuleSpec, number: usize, columns: &mut Columns) -> Result<Rule, String> {
    let mut when = Vec::new();
    for (column, pattern) in &spec.when {
        let key = format!("rules[{number}].when.{column}");
        // Anchored: a status of `5..` must not match 1500.
        let regex = Regex::new(&format!("^(?:{pattern})$"));
        let regex = regex.map_err(|error| format!("{key}: {error}"))?;
        when.push((columns.find(column).map_err(at(key))?, regex));
    }
    Ok(Rule {
        when,
        skip: spec.skip,
        set: assignments(&spec.set, &format!("rules[{number}].set"), columns)?,
    })
}
