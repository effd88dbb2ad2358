//! Every account that this machine has credentials for.

use super::{Found, Surroundings, environment, files, of};
use crate::cloud::{CLOUDS, Cloud};
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
    for (origin, found) in environment::keys(keys, around) {
        add(&mut listed, cloud, "environment", origin, found);
    }
    for (label, origin, found) in files::all(keys, around) {
        add(&mut listed, cloud, &label, origin, found);
    }
    for (origin, found) in environment::others(keys, around) {
        add(&mut listed, cloud, "environment", origin, found);
    }
    listed
}

fn add(
    listed: &mut Vec<Listed>,
    cloud: &'static dyn Cloud,
    name: &str,
    origin: String,
    found: Result<Found>,
) {
    let is_same = |other: &&mut Listed| match (&found, &other.found) {
        (Ok(found), Ok(other)) => found.source.is_same(&other.source),
        _ => false,
    };
    if let Some(same) = listed.iter_mut().find(is_same) {
        same.origins.push(origin);
        return;
    }
    let mut label = name.to_owned();
    let mut number = 1;
    while listed.iter().any(|other| other.label == label) {
        number += 1;
        label = format!("{name}-{number}");
    }
    let found = of(cloud, found.map(|found| Found { label: label.clone(), ..found }));
    listed.push(Listed { cloud, label, origins: vec![origin], found });
}
