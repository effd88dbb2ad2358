//! Remembers between runs which site an account belongs to, so that the next run tries that site first.
//!
//! The file holds a hash of each key id and the name of a site, but no secret and no key id. It is only a cache: if it
//! cannot be read or written, the run sends more requests and is otherwise the same.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::Site;

/// The version of the file format. A file of another version is ignored and replaced.
const VERSION: u32 = 1;

/// The largest file that is read, in bytes: 256 KiB hold more than 4,000 accounts.
const LARGEST: u64 = 256 << 10;

/// The largest number of accounts that are remembered; once it is reached, new ones are not added.
const MOST: usize = 4096;

/// The known sites and the file that holds them.
#[derive(Debug)]
pub struct SiteCache {
    path: PathBuf,
    sites: BTreeMap<String, Site>,
    changed: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Contents {
    version: u32,
    sites: BTreeMap<String, Site>,
}

/// Returns the path of the file in the platform's cache directory; `None` without a home directory.
pub fn default_path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(folders.cache_dir().join("cloudbal").join("sites.json"))
}

impl SiteCache {
    /// Reads the file. A file that is missing, unreadable or in another format is treated as empty.
    pub fn load(path: PathBuf) -> Self {
        let sites = read(&path).unwrap_or_default();
        Self { path, sites, changed: false }
    }

    /// Returns the site of the account that this key of a provider belongs to, if it is known.
    pub fn site(&self, provider: &str, key: &str) -> Option<Site> {
        self.sites.get(&name(provider, key)).copied()
    }

    /// Remembers which site accepted the key.
    pub fn remember(&mut self, provider: &str, key: &str, site: Site) {
        let name = name(provider, key);
        if self.sites.get(&name) != Some(&site) && (self.sites.len() < MOST || self.sites.contains_key(&name))
        {
            self.sites.insert(name, site);
            self.changed = true;
        }
    }

    /// Writes the file if anything has changed: atomically, and with mode 600. Writes nothing without a home directory.
    pub fn save(&self) -> io::Result<()> {
        if !self.changed {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let home = folder.parent().and_then(Path::parent);
        if home.is_some_and(|home| !home.exists()) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        let mut tag = [0; 8];
        getrandom::fill(&mut tag).map_err(io::Error::other)?;
        let temporary = folder.join(format!(".sites-{}", hex::encode(tag)));
        let contents = Contents { version: VERSION, sites: self.sites.clone() };
        let text = serde_json::to_vec(&contents).expect("names and sites are text");
        let written = create(&temporary)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&temporary, &self.path));
        if written.is_err() {
            _ = fs::remove_file(&temporary);
        }
        written
    }
}

fn read(path: &Path) -> Option<BTreeMap<String, Site>> {
    let file = File::open(path).ok()?;
    let is_ours = file.metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST);
    let mut text = String::new();
    if !is_ours || file.take(LARGEST).read_to_string(&mut text).is_err() {
        return None;
    }
    let contents: Contents = serde_json::from_str(&text).ok()?;
    (contents.version == VERSION).then_some(contents.sites)
}

/// Returns a hash of the key, so that the file does not reveal which keys this machine has.
fn name(provider: &str, key: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("cloudbal\n{provider}\n{key}")));
    format!("{provider}-{}", &digest[..32])
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/sites.json");
        let mut cache = SiteCache::load(path.clone());
        assert_eq!(cache.site("tencent", "AKIDone"), None);
        cache.remember("tencent", "AKIDone", Site::CN);
        cache.remember("aliyun", "AKIDone", Site::INTL);
        cache.save().unwrap();
        let cache = SiteCache::load(path.clone());
        assert_eq!(cache.site("tencent", "AKIDone"), Some(Site::CN));
        assert_eq!(cache.site("aliyun", "AKIDone"), Some(Site::INTL));
        assert_eq!(cache.site("tencent", "AKIDtwo"), None);
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("AKID"), "{text}");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn nothing_is_written_when_nothing_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.json");
        let mut cache = SiteCache::load(path.clone());
        cache.save().unwrap();
        assert!(!path.exists());
        cache.remember("tencent", "AKIDone", Site::CN);
        cache.save().unwrap();
        let mut cache = SiteCache::load(path.clone());
        fs::remove_file(&path).unwrap();
        cache.remember("tencent", "AKIDone", Site::CN);
        cache.save().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_not_ours_counts_as_empty_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sites.json");
        let long = format!(r#"{{"version":1,"sites":{{}},"x":"{}"}}"#, "x".repeat(300 << 10));
        for text in
            ["", "null", "{", r#"{"version":2,"sites":{}}"#, r#"{"version":1,"sites":{"a":"CN"}}"#, &long]
        {
            fs::write(&path, text).unwrap();
            let mut cache = SiteCache::load(path.clone());
            assert_eq!(cache.site("tencent", "AKIDone"), None);
            cache.remember("tencent", "AKIDone", Site::CN);
            cache.save().unwrap();
            assert_eq!(SiteCache::load(path.clone()).site("tencent", "AKIDone"), Some(Site::CN));
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error_and_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let mut cache = SiteCache::load(file.join("sites.json"));
        cache.remember("tencent", "AKIDone", Site::CN);
        assert!(cache.save().is_err());
    }
}
