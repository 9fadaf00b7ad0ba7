//! Scopes: the one place where a query meets the viewer who asks.
//!
//! ```text
//! access ── Scope ──┐
//! URL ──── Filter ──┴─ Scope::over ──► Scoped ──┬─ predicate ──► WHERE …
//!                                               └─ matches(&Event) ──► bool
//! ```
//!
//! Every query about events takes a [`Scope`], alone or over a filter, so that none can be made
//! without one. Engines turn it into the same `WHERE` as the filter, and pass every event they
//! return through [`Scope::show`].

use std::sync::Arc;

use annals_event::{ActorType, Event};

use crate::catalog::{Catalog, Viewer};
use crate::filter::{Asked, Field, Filter};

/// The events a viewer may see: those that any of its views shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    views: Vec<View>,
    clients: Clients,
}

/// Events about some people, or about anybody, without those that the catalog hides from this kind
/// of viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The subjects; `None` for any subject, or none.
    pub people: Option<Vec<String>>,
    /// The hidden actions.
    pub hidden: Vec<HiddenActions>,
}

/// Actions of a category that a kind of viewer does not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenActions {
    /// The category.
    pub category: String,
    /// The hidden actions or, with `all_but`, the shown actions of a hidden category.
    pub actions: Vec<String>,
    /// `true` if the category is hidden apart from `actions`.
    pub all_but: bool,
}

/// The events whose address and program are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Clients {
    Everybodys,
    Nobodys,
    OnesOwn(String),
}

/// A filter within a scope. Only [`Scope::over`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scoped {
    /// The filter.
    pub filter: Filter,
    /// The scope.
    pub scope: Scope,
}

impl Scope {
    /// Everything: for the machine's operator, who may open the journal's file as well.
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

    /// Limits a filter to this scope.
    pub fn over(self, filter: Filter) -> Scoped {
        Scoped { filter, scope: self }
    }

    /// `true` if the viewer may see an event.
    pub fn contains(&self, event: &impl Asked) -> bool {
        let text = |field| event.text(&field);
        let (category, action) = (text(Field::Category), text(Field::Action));
        let (category, action) = (category.unwrap_or_default(), action.unwrap_or_default());
        self.shows(text(Field::Subject).as_deref(), &category, &action)
    }

    /// `true` if the viewer may see such events about a person, or about anybody for `None`.
    pub fn shows(&self, about: Option<&str>, category: &str, action: &str) -> bool {
        self.views.iter().any(|view| {
            let people = view.people.as_ref();
            let included = people.is_none_or(|people| {
                about.is_some_and(|id| people.iter().any(|known| known == id))
            });
            included && !view.hidden.iter().any(|hidden| hidden.hides(category, action))
        })
    }

    /// Removes from an event in this scope what the viewer may not see: the client of other people.
    pub fn show(&self, event: &mut Event) {
        if !self.shows_client(event) {
            event.client = None;
        }
    }

    /// `true` if the viewer may see the client of an event.
    fn shows_client(&self, event: &impl Asked) -> bool {
        match &self.clients {
            Clients::Everybodys => true,
            Clients::Nobodys => false,
            Clients::OnesOwn(id) => did_it(event, id),
        }
    }

    /// The person of a person's scope. An engine that can enforces the scope for them as well.
    pub fn person_id(&self) -> Option<&str> {
        match &self.clients {
            Clients::OnesOwn(id) => Some(id),
            Clients::Everybodys | Clients::Nobodys => None,
        }
    }

    /// The parts of the scope.
    pub fn views(&self) -> &[View] {
        &self.views
    }
}

/// `true` if the client of an event is this person's: they acted, or a machine acted for them.
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

/// The actions that the catalog hides from a kind of viewer, by category.
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

    /// `true` if an event matches the filter and may be seen.
    pub fn matches(&self, event: &Event) -> bool {
        self.fits(event)
    }

    /// Decides like [`Scoped::matches`], for an event in any form.
    pub fn fits(&self, event: &impl Asked) -> bool {
        self.scope.contains(event) && self.filter.fits(event)
    }

    /// A shared event, as this viewer may see it.
    pub fn shown(&self, event: &Arc<Event>) -> Arc<Event> {
        if event.client.is_none() || self.shows_client(&**event) {
            return Arc::clone(event);
        }
        Arc::new(Event { client: None, ..Event::clone(event) })
    }

    /// `true` if the viewer may see the client of an event.
    pub fn shows_client(&self, event: &impl Asked) -> bool {
        self.scope.shows_client(event)
    }

    /// [`Scope::show`].
    pub fn show(&self, event: &mut Event) {
        self.scope.show(event);
    }
}
