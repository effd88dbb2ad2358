//! Every account that this machine has credentials for.

use super::{Found, Surroundings, environment, files, located, of};
use crate::cloud::{CLOUDS, Cloud, Link, Origin};
use crate::model::Result;

/// An account that was found, usable or not.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its cloud.
    pub cloud: &'static dyn Cloud,
    /// What it is called: no two accounts of a cloud have the same name here.
    pub label: String,
    /// Where it was found: the place whose credentials are used, then others with the same key.
    pub origins: Vec<String>,
    /// How a configuration can refer to it; `None` when it cannot.
    pub reference: Option<Origin>,
    /// What was found, or why it is not usable.
    pub found: Result<Found>,
}

/// Every profile of the clouds' own tools and every key in the environment, cloud by cloud in the order in which
/// each would be chosen. What leads to the same account is listed once.
pub fn everything(around: &Surroundings) -> Vec<Listed> {
    CLOUDS.iter().flat_map(|cloud| of_cloud(*cloud, around)).collect()
}

fn of_cloud(cloud: &'static dyn Cloud, around: &Surroundings) -> Vec<Listed> {
    let keys = cloud.keys();
    let mut listed = Vec::new();
    let mut is_first = true;
    for link in keys.chain {
        let places: Vec<Place> = match *link {
            Link::Variables(from, to) => environment::keys(keys, from..to, &mut is_first, around),
            Link::Store(number) => files::all(keys, number, around),
            Link::WebIdentity => environment::identity(keys, around).into_iter().collect(),
            Link::Uri => environment::address(keys, around).into_iter().collect(),
        };
        for place in places {
            add(&mut listed, cloud, place, around);
        }
    }
    listed
}

/// Something that holds credentials, or should.
pub(super) struct Place {
    /// What the account is called.
    pub(super) name: String,
    /// Where it is, for people.
    pub(super) origin: String,
    /// How a configuration can refer to it.
    pub(super) reference: Option<Origin>,
    /// What was found there.
    pub(super) found: Result<Found>,
}

fn add(listed: &mut Vec<Listed>, cloud: &'static dyn Cloud, place: Place, around: &Surroundings) {
    let Place { name, origin, reference, found } = place;
    let found = found.and_then(|found| located(cloud, found, around));
    let is_same = |other: &&mut Listed| match (&found, &other.found) {
        (Ok(found), Ok(other)) => found.source.is_same(&other.source),
        _ => false,
    };
    if let Some(same) = listed.iter_mut().find(is_same) {
        // Another profile of the same file is told by its name.
        let is_told = same.origins.contains(&origin);
        same.origins.push(if is_told { format!("{origin} (`{name}`)") } else { origin });
        return;
    }
    let mut label = name.clone();
    let mut number = 1;
    while listed.iter().any(|other| other.label == label) {
        number += 1;
        label = format!("{name}-{number}");
    }
    let found = of(cloud, found.map(|found| Found { label: label.clone(), ..found }));
    listed.push(Listed { cloud, label, origins: vec![origin], reference, found });
}
