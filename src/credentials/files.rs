//! Credentials in files of the clouds' own tools. They are read, never written.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::environment::{spelt, variable};
use super::{Found, Surroundings, everything};
use crate::cloud::keys::{Around, File, Kept, Keys, Place, Profile, Profiles, Store};
use crate::cloud::{Origin, spellings};
use crate::file::{self, Unreadable, is_closed};
use crate::model::{Error, ErrorKind, Result};

/// No file that holds credentials is larger: one mebibyte.
const LARGEST: u64 = 1 << 20;

/// The current profile of a store. A profile that a variable names must be found in a store that the variable speaks
/// of: `unknown` says that those so far do not have it.
pub fn current(
    keys: &Keys,
    store: &Store,
    around: &Surroundings,
    looked: &mut Vec<String>,
    unknown: &mut Option<Error>,
) -> Result<Option<Found>> {
    let chosen = first_set(store.profile_variables, around)?;
    if chosen.is_none()
        && let Some(error) = unknown.take()
    {
        return Err(error);
    }
    let (path, _) = place(store, around);
    let shown = show(&path, around);
    if let Some(name) = ignored(store, around)? {
        looked.push(format!("`{shown}` (not read because `{name}` is set)"));
        return Ok(None);
    }
    if let Some(error) = out_of_reach(store, around) {
        if let Some((variable, name)) = &chosen {
            let message =
                format!("`{variable}` is `{name}`, and `{shown}` is out of reach: {}", error.kind());
            let error = Error::new(ErrorKind::Credentials, message);
            unknown
                .get_or_insert(error.hint(format!("check the folder's permissions, or unset `{variable}`")));
        }
        looked.push(format!("`{shown}` ({})", error.kind()));
        return Ok(None);
    }
    let profiles = read(store, around)?;
    let name = chosen.as_ref().map_or(profiles.current.as_str(), |(_, name)| name);
    let profile = profiles.all.iter().find(|profile| profile.name == name);
    if let Some(profile) = profile
        && let Some(kept) = profile.kept.clone()?
    {
        return found(keys, profile, kept, around).map(Some);
    }
    let is_slip = |other: &&Profile| {
        other.name != name && is_slip(&other.name, name) && !matches!(other.kept, Ok(None))
    };
    if let (None, Some(near)) = (&chosen, profiles.all.iter().find(is_slip)) {
        let near = &near.name;
        let message = if profile.is_some() {
            format!("`{shown}`: profile `{name}` is empty, but `{near}` is not")
        } else {
            format!("`{shown}` has no profile `{name}`, but one called `{near}`")
        };
        return Err(Error::new(ErrorKind::Credentials, message)
            .hint(format!("rename it to `{name}`, which the cloud's own tools read")));
    }
    if let (Some((variable, name)), None) = (&chosen, &unknown) {
        let lack = if profile.is_some() { "credentials in that profile" } else { "such profile" };
        let message = format!("`{variable}` is `{name}`, and `{shown}` has no {lack}");
        *unknown = Some(Error::new(ErrorKind::Credentials, message).hint(names(keys, &profiles)));
    }
    let lack = match profile {
        Some(_) => format!(" (profile `{name}` is empty)"),
        None if profiles.all.is_empty() => String::new(),
        None => format!(" (no profile `{name}`)"),
    };
    looked.push(format!("`{shown}`{lack}"));
    Ok(None)
}

/// The folder of an older tool, where there is one, and what makes use of it.
pub fn retired(keys: &Keys, around: &Surroundings) -> Option<String> {
    let (path, instead) = keys.retired?;
    let exists = around.home.as_ref().is_some_and(|home| home.join(path).exists());
    exists.then(|| format!("`~/{path}` (not read; run `{instead}`)"))
}

/// Returns a profile from the store of the official command line tool.
pub fn profile(keys: &Keys, name: &str, around: &Surroundings) -> Result<Found> {
    let store = &keys.stores[0];
    let (path, _) = place(store, around);
    if let Some(error) = out_of_reach(store, around) {
        return Err(cannot_read(&show(&path, around), &error));
    }
    pick(keys, &read(store, around)?, name, &show(&path, around), around)
}

/// The current profile of one file.
pub fn from_file(keys: &Keys, path: &Path, around: &Surroundings) -> Result<Found> {
    let shown = show(path, around);
    let file = read_file(path, around).ok_or_else(|| {
        Error::new(ErrorKind::Credentials, format!("there is no file `{shown}`")).hint("check the path")
    })?;
    let profiles = with_around(around, |context| (keys.read_file)(&[file], context))?;
    pick(keys, &profiles, &profiles.current, &shown, around)
}

/// Every profile of the store of this number, the current one first; the error when it cannot be read.
pub fn all(keys: &Keys, number: usize, around: &Surroundings) -> Vec<everything::Place> {
    let mut all = Vec::new();
    let store = &keys.stores[number];
    if out_of_reach(store, around).is_some() {
        return all;
    }
    let (path, _) = place(store, around);
    let profiles = match read(store, around) {
        Ok(profiles) => profiles,
        Err(error) => {
            let shown = show(&path, around);
            let (name, origin) = (shown.clone(), shown);
            return vec![everything::Place { name, origin, reference: None, found: Err(error) }];
        }
    };
    let Profiles { current, all: mut listed } = profiles;
    listed.sort_by_key(|profile| profile.name != current);
    for profile in listed {
        let found = match profile.kept.clone() {
            Ok(None) => continue,
            Ok(Some(kept)) => found(keys, &profile, kept, around),
            Err(error) => Err(error),
        };
        let reference = match number {
            0 if profile.name.is_empty() => None,
            0 => Some(Origin::Profile(profile.name.clone())),
            // Who reads a file gets its current profile.
            _ if profile.name == current => std::path::absolute(&path).ok().map(Origin::File),
            _ => None,
        };
        let name = label(&profile.name);
        all.push(everything::Place { name, origin: profile.origin, reference, found });
    }
    all
}

/// What the readers of files are given besides the files.
fn with_around<T>(around: &Surroundings, read: impl FnOnce(&Around) -> T) -> T {
    read(&Around { now: around.now, variable: &|name| variable(name, around) })
}

fn pick(keys: &Keys, profiles: &Profiles, name: &str, shown: &str, around: &Surroundings) -> Result<Found> {
    let Some(profile) = profiles.all.iter().find(|profile| profile.name == name) else {
        return Err(Error::new(ErrorKind::Credentials, format!("no profile `{name}` in `{shown}`"))
            .hint(names(keys, profiles)));
    };
    let kept = profile.kept.clone()?.ok_or_else(|| {
        Error::new(ErrorKind::Credentials, format!("profile `{name}` in `{shown}` has no credentials"))
            .hint(format!("run `{}`", keys.setup))
    })?;
    found(keys, profile, kept, around)
}

fn found(keys: &Keys, profile: &Profile, kept: Kept, around: &Surroundings) -> Result<Found> {
    if let Some(name) = keys.no_external
        && kept.source.is_external()
        && let Some((name, value)) = spelt(name, around)?
        && (value == "1" || value.eq_ignore_ascii_case("true"))
    {
        let message = format!(
            "profile `{}` in `{}` runs a program or asks an address, which `{name}` forbids",
            profile.name, profile.origin
        );
        return Err(Error::new(ErrorKind::Credentials, message).hint(format!("unset `{name}` to allow it")));
    }
    Ok(Found {
        label: label(&profile.name),
        origin: profile.origin.clone(),
        site: kept.site,
        source: kept.source,
    })
}

/// Whether a profile's name is a slip of the name that is used when none is chosen. What only has something added to
/// it, such as `default2`, is another name.
fn is_slip(name: &str, current: &str) -> bool {
    let name = name.trim_matches(['"', '\'', ' ']).to_lowercase();
    let name = name.strip_prefix("profile ").unwrap_or(&name).trim();
    name == current || (name.len() <= current.len() && strsim::damerau_levenshtein(name, current) == 1)
}

/// What the account of a profile is called.
fn label(name: &str) -> String {
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

/// What to do about a profile that is not there.
fn names(keys: &Keys, profiles: &Profiles) -> String {
    if profiles.all.is_empty() {
        return format!("there are no profiles; run `{}`", keys.setup);
    }
    let names: Vec<String> = profiles.all.iter().map(|profile| format!("`{}`", profile.name)).collect();
    format!("its profiles: {}", names.join(", "))
}

fn first_set(names: &[&'static str], around: &Surroundings) -> Result<Option<(String, String)>> {
    for name in names {
        if let Some(set) = spelt(name, around)? {
            return Ok(Some(set));
        }
    }
    Ok(None)
}

/// The variable whose value keeps tools from looking at a store.
fn ignored(store: &Store, around: &Surroundings) -> Result<Option<String>> {
    for (name, wanted) in store.ignored_when {
        let any_case = !wanted.bytes().any(|byte| byte.is_ascii_uppercase());
        if let Some((name, value)) = spelt(name, around)?
            && (value == *wanted || any_case && value.eq_ignore_ascii_case(wanted))
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The places, of all stores of these clouds, that count as absent because they cannot be reached, and why.
pub fn unreachable<'a>(
    all: impl Iterator<Item = &'a Keys>,
    around: &Surroundings,
) -> Vec<(String, io::Error)> {
    let stores = all.flat_map(|keys| keys.stores);
    stores
        .filter_map(|store| Some((show(&place(store, around).0, around), out_of_reach(store, around)?)))
        .collect()
}

/// Why a store that no variable names counts as absent although it may exist: the way to it is closed, as to another
/// user's home. A store that can be seen but not read is an error: it may be the one that is meant.
fn out_of_reach(store: &Store, around: &Surroundings) -> Option<io::Error> {
    let (path, named_by) = place(store, around);
    if named_by.is_some() {
        return None;
    }
    let error = match store.place {
        // Nothing comes after it that could be used instead.
        Place::Root(_) => match path.metadata() {
            Ok(metadata) if metadata.is_file() => std::fs::File::open(&path).err()?,
            found => found.err()?,
        },
        Place::Home(_) => path.parent()?.symlink_metadata().err()?,
        Place::Folder(..) => path.symlink_metadata().err()?,
    };
    is_closed(&error).then_some(error)
}

/// What a store holds; no profiles when there is no such place.
fn read(store: &Store, around: &Surroundings) -> Result<Profiles> {
    let (path, named_by) = place(store, around);
    let is_lost = around.home.is_none() && path.starts_with("~");
    let files = match store.place {
        _ if is_lost => None,
        Place::Home(_) | Place::Root(_) => read_file(&path, around).map(|file| vec![file]),
        Place::Folder(_, endings) => read_folder(&path, endings, around)?,
    };
    if let (None, Some(name)) = (&files, named_by) {
        let message = format!("`{name}` is `{}`, and there is no such place", show(&path, around));
        return Err(
            Error::new(ErrorKind::Credentials, message).hint(format!("correct `{name}`, or unset it"))
        );
    }
    with_around(around, |context| (store.read)(&files.unwrap_or_default(), context))
}

/// Where a store is, and the variable that says so, where one does.
fn place(store: &Store, around: &Surroundings) -> (PathBuf, Option<String>) {
    let home = around.home.as_deref().unwrap_or(Path::new("~"));
    let set = |name: String| {
        let path = (around.variable)(&name).map(|path| trimmed(&path))?;
        (!path.as_os_str().is_empty()).then_some((name, path))
    };
    if let Some((name, path)) = store.path_variable.and_then(|name| spellings(name).into_iter().find_map(set))
    {
        let path = path.strip_prefix("~").map(|rest| home.join(rest)).unwrap_or(path);
        return (path, Some(name));
    }
    let path = match store.place {
        Place::Home(path) | Place::Folder(path, _) => home.join(path),
        Place::Root(path) => around.root.join(path),
    };
    (path, None)
}

/// A path from a variable without the blanks and line ends around it.
fn trimmed(path: &OsStr) -> PathBuf {
    path.to_str().map_or_else(|| PathBuf::from(path), |path| PathBuf::from(path.trim()))
}

/// A path as people are told it, with `~` for the home directory.
fn show(path: &Path, around: &Surroundings) -> String {
    if let Some(Ok(rest)) = around.home.as_ref().map(|home| path.strip_prefix(home)) {
        let names: Vec<_> = rest.iter().map(|name| name.to_string_lossy()).collect();
        return format!("~/{}", names.join("/"));
    }
    path.display().to_string()
}

/// The files in a folder whose names have one of the endings, by name; `None` when there is no such folder.
fn read_folder(path: &Path, endings: &[&str], around: &Surroundings) -> Result<Option<Vec<File>>> {
    let cannot = |error: &io::Error| cannot_read(&show(path, around), error);
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_dangling(path) => return Ok(None),
        Err(error) => return Err(cannot(&error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| cannot(&error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Hidden files are not profiles: macOS and editors leave them beside the ones they copy or edit.
        let is_hidden = name.starts_with('.');
        if !is_hidden && endings.iter().any(|ending| name.ends_with(ending)) {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(Some(paths.iter().filter_map(|path| read_file(path, around)).collect()))
}

/// A file with its text; `None` when there is no such file.
fn read_file(path: &Path, around: &Surroundings) -> Option<File> {
    let shown = show(path, around);
    let text = match file::read(path, LARGEST).and_then(file::Content::text) {
        Ok(mut text) => Ok(std::mem::take(&mut *text)),
        Err(Unreadable::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            if !is_dangling(path) && !path.parent().is_some_and(is_dangling) {
                return None;
            }
            Err(cannot_read(&shown, &error))
        }
        Err(error) => {
            Err(error.explain(ErrorKind::Credentials, &format!("`{shown}`"), "check the file's permissions"))
        }
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Some(File { name, shown, text })
}

/// Whether a path is a link to what does not exist: it was set up, so it is not absent.
fn is_dangling(path: &Path) -> bool {
    path.is_symlink() && !path.exists()
}

fn cannot_read(shown: &str, error: &io::Error) -> Error {
    let (why, hint) = if error.kind() == io::ErrorKind::NotFound {
        ("it is a link to what does not exist".to_owned(), "correct the link, or remove it")
    } else {
        (error.kind().to_string(), "check the file's permissions")
    };
    Error::new(ErrorKind::Credentials, format!("cannot read `{shown}`: {why}")).hint(hint)
}
