//! The keys the sandbox knows. A key id says everything about its key, so nothing has to be remembered.

/// How the ids of one sort of keys begin, and what that says.
pub struct KeyForm {
    /// What the id begins with. Longer prefixes come before the shorter ones they begin with.
    pub prefix: &'static str,
    /// The site the account belongs to.
    pub site: &'static str,
    /// Whether a token is needed too.
    pub temporary: bool,
    /// The number of the first account.
    pub first_account: u64,
}

/// The secret that belongs to any key id of the sandbox.
pub fn secret_of(key_id: &str) -> String {
    format!("sandbox-secret-of-{key_id}")
}

/// The token that belongs to any temporary key id of the sandbox.
pub fn token_of(key_id: &str) -> String {
    format!("sandbox-token-of-{key_id}")
}

/// The id of the demo key among these, of a site.
pub fn demo_id(forms: &[KeyForm], site: &str) -> Option<String> {
    let form = forms.iter().find(|form| form.site == site && !form.temporary)?;
    Some(format!("{}demo", form.prefix))
}

/// A key the sandbox knows.
pub struct Key {
    /// The whole key id.
    pub id: String,
    /// The site its account belongs to.
    pub site: &'static str,
    temporary: bool,
    first_account: u64,
    words: Vec<String>,
}

impl Key {
    /// The key of this id, if it is one of these.
    pub fn find(forms: &[KeyForm], id: &str) -> Option<Self> {
        let (rest, form) = forms.iter().find_map(|form| Some((id.strip_prefix(form.prefix)?, form)))?;
        let plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let words = rest.split('-').map(str::to_owned).collect();
        let KeyForm { site, temporary, first_account, .. } = *form;
        plain.then(|| Self { id: id.to_owned(), site, temporary, first_account, words })
    }

    /// The demo key of a site, on whose behalf unsigned calls are made.
    pub fn demo(forms: &[KeyForm], site: &str) -> Self {
        let id = demo_id(forms, site).expect("every site has a demo key");
        Self::find(forms, &id).expect("the demo keys are known")
    }

    /// A temporary key of an account's role.
    pub fn issue(forms: &[KeyForm], site: &str, expires: i64, account: &str, role: &str) -> Self {
        let form = forms.iter().find(|form| form.site == site && form.temporary);
        let prefix = form.expect("every site has temporary keys").prefix;
        let role: String =
            role.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
        Self::find(forms, &format!("{prefix}-{expires}-{account}-{role}"))
            .expect("the id was put together from a prefix")
    }

    /// Whether one of the words after the prefix is this one.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|of| of == word)
    }

    /// The secret.
    pub fn secret(&self) -> String {
        secret_of(&self.id)
    }

    /// The token a temporary key must come with, and a permanent one must not.
    pub fn token(&self) -> Option<String> {
        self.temporary.then(|| token_of(&self.id))
    }

    /// Whether a temporary key is past its time.
    pub fn expired(&self, now: i64) -> bool {
        self.temporary && self.number(0).and_then(|at| at.parse().ok()).is_some_and(|at: i64| at <= now)
    }

    /// The account's number.
    pub fn account(&self) -> u64 {
        if self.temporary
            && let Some(account) = self.number(1).and_then(|account| account.parse().ok())
        {
            return account;
        }
        let first = self.words.first().map_or("", String::as_str);
        let digits = &first[first.trim_end_matches(|sign: char| sign.is_ascii_digit()).len()..];
        self.first_account + digits.parse::<u32>().map_or(0, u64::from)
    }

    fn number(&self, index: usize) -> Option<&String> {
        let numeric = |word: &&String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        self.words.iter().skip(1).filter(numeric).nth(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[KeyForm] = &[
        KeyForm { prefix: "TMPeast", site: "east", temporary: true, first_account: 500 },
        KeyForm { prefix: "KEYeasttemp", site: "east", temporary: true, first_account: 500 },
        KeyForm { prefix: "KEYeast", site: "east", temporary: false, first_account: 500 },
        KeyForm { prefix: "KEYwest", site: "west", temporary: false, first_account: 9_000 },
    ];

    #[test]
    fn a_key_id_says_site_and_account() {
        let key = Key::find(KEYS, "KEYeast042-owing").unwrap();
        assert_eq!((key.site, key.account(), key.token()), ("east", 542, None));
        assert!(key.has("owing") && !key.has("denied") && !key.has("042"));
        assert_eq!(Key::find(KEYS, "KEYwest7").unwrap().account(), 9_007);
        assert!(Key::find(KEYS, "KEYwest_x").is_none());
        assert!(Key::find(KEYS, "KEYEXAMPLE").is_none());
    }

    #[test]
    fn every_site_has_a_demo_key() {
        assert_eq!(demo_id(KEYS, "east").as_deref(), Some("KEYeastdemo"));
        assert_eq!(Key::demo(KEYS, "west").account(), 9_000);
        assert_eq!(demo_id(KEYS, "north"), None);
    }

    #[test]
    fn an_issued_key_carries_its_end_its_account_and_its_role() {
        let key = Key::issue(KEYS, "east", 1_700_000_000, "1234567890123456", "billing_owing");
        assert_eq!(key.id, "TMPeast-1700000000-1234567890123456-billing-owing");
        assert_eq!(key.account(), 1_234_567_890_123_456);
        assert!(key.has("owing") && key.token().is_some());
        assert!(!key.expired(1_699_999_999) && key.expired(1_700_000_000));
    }

    #[test]
    fn a_temporary_key_without_numbers_never_expires() {
        let key = Key::find(KEYS, "KEYeasttemp").unwrap();
        assert_eq!((key.site, key.expired(i64::MAX)), ("east", false));
        assert_eq!(key.token().unwrap(), "sandbox-token-of-KEYeasttemp");
    }
}
