//! The families of the demo, all made up.

use annals_event::{Account, Actor, ActorType, Client, Draft, Subject};
use serde::Serialize;

/// A family.
pub struct Family {
    /// The guardians. The children belong to the account of the first.
    pub guardians: &'static [Guardian],
    /// The children.
    pub children: &'static [Child],
    /// Their time zone.
    pub timezone: &'static str,
    /// Hours from midnight in UTC to roughly midnight there.
    pub hours: i64,
    /// The hub that runs their lamps and sensors.
    pub hub: &'static str,
}

/// A grown-up.
pub struct Guardian {
    /// Id in the application.
    pub id: &'static str,
    /// First and last name.
    pub name: &'static str,
}

/// A child.
pub struct Child {
    /// Id in the application.
    pub id: &'static str,
    /// First name.
    pub name: &'static str,
    /// Number of days in a hundred with a session.
    pub diligence: i64,
    /// Number of days since the sessions stopped; 0 if they go on.
    pub silent_days: i64,
    /// Points at the beginning.
    pub opening: i64,
    /// The browser.
    pub user_agent: &'static str,
}

const TABLET: &str = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const PHONE: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36";
const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// All four families with their seven children.
pub const FAMILIES: &[Family] = &[
    Family {
        guardians: &[
            Guardian { id: "guardian-ngozi", name: "Ngozi Okafor" },
            Guardian { id: "guardian-daniel", name: "Daniel Okafor" },
        ],
        children: &[
            Child {
                id: "child-ada",
                name: "Ada",
                diligence: 88,
                silent_days: 0,
                opening: 20,
                user_agent: TABLET,
            },
            Child {
                id: "child-chidi",
                name: "Chidi",
                diligence: 60,
                silent_days: 0,
                opening: 0,
                user_agent: TABLET,
            },
        ],
        timezone: "Europe/London",
        hours: 0,
        hub: "Okafor hub",
    },
    Family {
        guardians: &[Guardian { id: "guardian-maja", name: "Maja Lindqvist" }],
        children: &[
            Child {
                id: "child-elsa",
                name: "Elsa",
                diligence: 75,
                silent_days: 0,
                opening: 35,
                user_agent: LAPTOP,
            },
            // Diligent at first, then silent: the case that the risk score finds.
            Child {
                id: "child-nils",
                name: "Nils",
                diligence: 70,
                silent_days: 17,
                opening: 50,
                user_agent: PHONE,
            },
        ],
        timezone: "Europe/Stockholm",
        hours: -1,
        hub: "Lindqvist hub",
    },
    Family {
        guardians: &[
            Guardian { id: "guardian-camille", name: "Camille Moreau" },
            Guardian { id: "guardian-julien", name: "Julien Moreau" },
        ],
        children: &[Child {
            id: "child-leo",
            name: "Léo",
            diligence: 45,
            silent_days: 4,
            opening: 10,
            user_agent: TABLET,
        }],
        timezone: "Europe/Paris",
        hours: -1,
        hub: "Moreau hub",
    },
    Family {
        guardians: &[Guardian { id: "guardian-samira", name: "Samira Haddad" }],
        children: &[
            Child {
                id: "child-yusuf",
                name: "Yusuf",
                diligence: 82,
                silent_days: 0,
                opening: 15,
                user_agent: LAPTOP,
            },
            Child {
                id: "child-lina",
                name: "Lina",
                diligence: 30,
                silent_days: 9,
                opening: 0,
                user_agent: TABLET,
            },
        ],
        timezone: "Europe/Berlin",
        hours: -1,
        hub: "Haddad hub",
    },
];

/// A person as `PUT /api/v1/people/{id}` expects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Id in the application.
    pub id: &'static str,
    /// `user` or `child`.
    pub kind: &'static str,
    /// Name.
    pub name: &'static str,
    /// A child's guardians.
    pub guardians: Vec<&'static str>,
    /// Their time zone.
    pub timezone: &'static str,
}

/// Returns the directory of the families, guardians before their children.
pub fn people() -> Vec<Person> {
    let mut people = Vec::new();
    for family in FAMILIES {
        let person = |id, kind, name, guardians| Person {
            id,
            kind,
            name,
            guardians,
            timezone: family.timezone,
        };
        let ids = || family.guardians.iter().map(|one| one.id).collect();
        people.extend(
            family.guardians.iter().map(|one| person(one.id, "user", one.name, Vec::new())),
        );
        people.extend(family.children.iter().map(|one| person(one.id, "child", one.name, ids())));
    }
    people
}

impl Guardian {
    /// Returns the guardian as an actor.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorType::User,
            id: Some(self.id.into()),
            name: Some(self.name.into()),
            ..Actor::default()
        }
    }
}

impl Child {
    /// Returns the child as an actor.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorType::Child,
            id: Some(self.id.into()),
            name: Some(self.name.into()),
            ..Actor::default()
        }
    }

    /// Returns the child as a subject.
    pub fn subject(&self) -> Subject {
        Subject { id: self.id.into(), name: Some(self.name.into()) }
    }

    /// Returns the browser.
    pub fn client(&self) -> Client {
        Client { user_agent: Some(self.user_agent.into()), ..Client::default() }
    }
}

impl Family {
    /// Returns the account the children's events belong to.
    pub fn account(&self) -> Account {
        Account { id: self.guardians.first().map_or("", |one| one.id).into() }
    }

    /// Makes an event that the child does.
    pub fn child_does(&self, child: &Child, category: &str, action: &str) -> Draft {
        Draft {
            actor: Some(child.actor()),
            subject: Some(child.subject()),
            account: Some(self.account()),
            ..draft(category, action)
        }
    }

    /// Makes an event that a guardian does and that is about the child.
    pub fn guardian_does(
        &self,
        who: &Guardian,
        child: &Child,
        category: &str,
        action: &str,
    ) -> Draft {
        Draft {
            actor: Some(who.actor()),
            subject: Some(child.subject()),
            account: Some(Account { id: who.id.into() }),
            ..draft(category, action)
        }
    }
}

/// Makes an event with nothing but category and action.
pub fn draft(category: &str, action: &str) -> Draft {
    Draft { category: Some(category.into()), action: action.into(), ..Draft::default() }
}
