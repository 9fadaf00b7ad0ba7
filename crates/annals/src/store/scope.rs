//! Who sees what: the one place where a question meets the viewer who asks it.
//!
//! ```text
//! access ── Scope ──┐
//! URL ──── Filter ──┴─ Scope::over ──► Scoped ──┬─ predicate ──► WHERE …
//!                                               └─ matches(&Event) ──► bool
//! ```
//!
//! Everything a store answers about events takes a [`Scope`], alone or over a filter, so that no
//! question can be put without one. Engines turn it into the same `WHERE` as the filter, and pass
//! every event they answer through [`Scope::show`].

use std::sync::Arc;

use annals_event::{ActorType, Event};

use crate::catalog::{Catalog, Viewer};
use crate::filter::{Asked, Field, Filter};

/// What a viewer may see: whatever one of the views shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    views: Vec<View>,
    clients: Clients,
}

/// The events about some people, or about anybody, but for what the catalog hides from this kind
/// of viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct View {
    /// The subjects; `None`: whatever the subject, and none.
    pub(super) people: Option<Vec<String>>,
    /// What is hidden all the same.
    pub(super) hidden: Vec<HiddenActions>,
}

/// Actions of a category that a kind of viewer does not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HiddenActions {
    /// The category.
    pub(super) category: String,
    /// The actions hidden or, with `all_but`, those of a hidden category that are shown.
    pub(super) actions: Vec<String>,
    /// Whether the whole category is hidden, but for `actions`.
    pub(super) all_but: bool,
}

/// Whose address and program are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Clients {
    Everybodys,
    Nobodys,
    OnesOwn(String),
}

/// A filter within a scope. Only [`Scope::over`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoped {
    pub(super) filter: Filter,
    pub(super) scope: Scope,
}

impl Scope {
    /// All there is: for the operator of the machine, who may open the journal's file as well.
    pub fn everything() -> Scope {
        let all = View { people: None, hidden: Vec::new() };
        Scope { views: vec![all], clients: Clients::Everybodys }
    }

    /// Nothing at all.
    pub fn nothing() -> Scope {
        Scope { views: Vec::new(), clients: Clients::Nobodys }
    }

    /// Events about anybody, as this kind of viewer sees them.
    pub fn anybody(viewer: Viewer, catalog: &Catalog) -> Scope {
        let clients = match viewer {
            Viewer::Admin | Viewer::Auditor => Clients::Everybodys,
            Viewer::Person | Viewer::Guardian | Viewer::Service => Clients::Nobodys,
        };
        Scope { views: vec![View { people: None, hidden: hidden(viewer, catalog) }], clients }
    }

    /// Events about a person, and about those they are a guardian of.
    pub fn person(id: &str, dependants: &[String], catalog: &Catalog) -> Scope {
        let view = |people: Vec<String>, viewer| View {
            people: Some(people),
            hidden: hidden(viewer, catalog),
        };
        let mut views = vec![view(vec![id.to_owned()], Viewer::Person)];
        if !dependants.is_empty() {
            views.push(view(dependants.to_vec(), Viewer::Guardian));
        }
        Scope { views, clients: Clients::OnesOwn(id.to_owned()) }
    }

    /// A filter, as this viewer may use it.
    pub fn over(self, filter: Filter) -> Scoped {
        Scoped { filter, scope: self }
    }

    /// Whether the viewer may see an event.
    pub fn contains(&self, event: &impl Asked) -> bool {
        let text = |field| event.text(&field);
        let (category, action) = (text(Field::Category), text(Field::Action));
        let (category, action) = (category.unwrap_or_default(), action.unwrap_or_default());
        self.shows(text(Field::Subject).as_deref(), &category, &action)
    }

    /// Whether the viewer may see such events about somebody; `None`: about anybody.
    pub fn shows(&self, about: Option<&str>, category: &str, action: &str) -> bool {
        self.views.iter().any(|view| {
            let people = view.people.as_ref();
            let included = people.is_none_or(|people| {
                about.is_some_and(|id| people.iter().any(|known| known == id))
            });
            included && !view.hidden.iter().any(|hidden| hidden.hides(category, action))
        })
    }

    /// Takes out of an event within this scope what the viewer is not shown: with what other
    /// people did it.
    pub fn show(&self, event: &mut Event) {
        if !self.shows_client(event) {
            event.client = None;
        }
    }

    /// Whether the viewer is shown with what an event was done.
    fn shows_client(&self, event: &impl Asked) -> bool {
        match &self.clients {
            Clients::Everybodys => true,
            Clients::Nobodys => false,
            Clients::OnesOwn(id) => did_it(event, id),
        }
    }

    /// Whose scope this is, where it is a person's: who may see it is then kept by an engine that
    /// can keep it, too.
    pub(super) fn person_id(&self) -> Option<&str> {
        match &self.clients {
            Clients::OnesOwn(id) => Some(id),
            Clients::Everybodys | Clients::Nobodys => None,
        }
    }

    pub(super) fn views(&self) -> &[View] {
        &self.views
    }
}

/// Whether the client of an event is this person's: they acted, or a machine acted for them.
fn did_it(event: &impl Asked, id: &str) -> bool {
    let text = |field| event.text(&field);
    let kind = text(Field::ActorType).and_then(|kind| ActorType::from_name(&kind));
    let whose = if kind.is_some_and(ActorType::is_person) { Field::Actor } else { Field::Subject };
    text(whose).as_deref() == Some(id)
}

impl HiddenActions {
    fn hides(&self, category: &str, action: &str) -> bool {
        let listed = self.actions.iter().any(|listed| listed == action);
        category == self.category && listed != self.all_but
    }
}

/// What the catalog hides from a kind of viewer, by category.
fn hidden(viewer: Viewer, catalog: &Catalog) -> Vec<HiddenActions> {
    let whole: Vec<&str> = catalog.hidden_categories(viewer).collect();
    let actions = |category: &str, all_but: bool| {
        let of_it = catalog.entries().filter(|entry| entry.category == category);
        let listed = of_it.filter(|entry| entry.visible_to.contains(&viewer) == all_but);
        listed.map(|entry| entry.action.clone()).collect::<Vec<_>>()
    };
    catalog
        .categories()
        .map(|(category, _)| {
            let all_but = whole.contains(&category);
            let actions = actions(category, all_but);
            HiddenActions { category: category.to_owned(), actions, all_but }
        })
        .filter(|hidden| hidden.all_but || !hidden.actions.is_empty())
        .collect()
}

impl Scoped {
    /// The filter alone.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether an event is wanted, and may be seen.
    pub fn matches(&self, event: &Event) -> bool {
        self.fits(event)
    }

    /// As [`Scoped::matches`], of an event however it is kept.
    pub fn fits(&self, event: &impl Asked) -> bool {
        self.scope.contains(event) && self.filter.fits(event)
    }

    /// A shared event that may be seen, as this viewer is shown it.
    pub fn shown(&self, event: &Arc<Event>) -> Arc<Event> {
        if event.client.is_none() || self.shows_client(&**event) {
            return Arc::clone(event);
        }
        Arc::new(Event { client: None, ..Event::clone(event) })
    }

    /// Whether the viewer is shown with what an event was done.
    pub fn shows_client(&self, event: &impl Asked) -> bool {
        self.scope.shows_client(event)
    }

    /// [`Scope::show`].
    pub fn show(&self, event: &mut Event) {
        self.scope.show(event);
    }
}
