//! Columns of a database that hold people's ids, outside their events, for both engines.

use annals_event::ActorType;

/// The change of a person's row when the person is forgotten.
enum Removal {
    /// Delete the row.
    Row,
    /// Set these columns to NULL.
    Columns(&'static [&'static str]),
}

/// A column that holds a person's id.
pub struct PersonColumn {
    table: &'static str,
    column: &'static str,
    removal: Removal,
}

/// Every column that holds a person's id, in the order of forgetting.
pub const PERSON_COLUMNS: [PersonColumn; 7] = [
    row("annals_guardianships", "guardian"),
    // A consent without its giver is void.
    PersonColumn {
        table: "annals_people",
        column: "consent_by",
        removal: Removal::Columns(&["consent_by", "consent_at", "consent_text_version"]),
    },
    row("annals_people", "id"),
    row("annals_sign_ins", "person_id"),
    row("annals_accounts", "child"),
    row("annals_requests", "child"),
    row("annals_answers", "child"),
];

const fn row(table: &'static str, column: &'static str) -> PersonColumn {
    PersonColumn { table, column, removal: Removal::Row }
}

impl PersonColumn {
    /// The table of the column.
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// Returns the statement that forgets the person whose id is this parameter.
    pub fn forget(&self, parameter: &str) -> String {
        let PersonColumn { table, column, removal } = self;
        match removal {
            Removal::Row => format!("DELETE FROM {table} WHERE {column} = {parameter}"),
            Removal::Columns(columns) => {
                let empty: Vec<String> =
                    columns.iter().map(|column| format!("{column} = NULL")).collect();
                format!("UPDATE {table} SET {} WHERE {column} = {parameter}", empty.join(", "))
            }
        }
    }
}

/// Returns the condition that an actor's type is one of people.
pub fn is_person(column: &str) -> String {
    let codes = ActorType::ALL.iter().filter(|kind| kind.is_person());
    let codes: Vec<String> = codes.map(|kind| kind.code().to_string()).collect();
    format!("{column} IN ({})", codes.join(", "))
}

/// Returns the condition that an event's columns name the person whose id is this parameter: as
/// actor, subject, account or entity.
pub fn is_about(parameter: &str) -> String {
    format!(
        "(subject_id = {parameter} OR account_id = {parameter}
          OR (actor_id = {parameter} AND {})
          OR (entity_id = {parameter} AND entity_type IN ('user', 'child')))",
        is_person("actor_type")
    )
}
