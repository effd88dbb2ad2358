//! The keys the sandbox knows. A key id says everything about its key, so nothing has to be remembered.

/// Which of a cloud's two separate sites an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// tencentcloud.com, alibabacloud.com.
    International,
    /// cloud.tencent.com, aliyun.com.
    China,
}

/// Which cloud is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// Tencent Cloud.
    Tencent,
    /// Alibaba Cloud.
    Alibaba,
}

/// The key id of Tencent Cloud's demo account: it gives the documented example balance on the international site.
pub fn demo_tencent(site: Site) -> &'static str {
    match site {
        Site::International => "AKIDsandboxintldemo",
        Site::China => "AKIDsandboxcndemo",
    }
}

/// The key id of Alibaba Cloud's demo account: it gives the documented example balance on the China site.
pub fn demo_alibaba(site: Site) -> &'static str {
    match site {
        Site::International => "LTAIsandboxintldemo",
        Site::China => "LTAIsandboxcndemo",
    }
}

/// The secret that belongs to any key id of the sandbox.
pub fn secret_of(key_id: &str) -> String {
    format!("sandbox-secret-of-{key_id}")
}

/// The token that belongs to any temporary key id of the sandbox.
pub fn token_of(key_id: &str) -> String {
    format!("sandbox-token-of-{key_id}")
}

/// Longer prefixes stand before the shorter ones they begin with.
const PREFIXES: [(&str, Cloud, Site, bool); 8] = [
    ("AKIDsandboxintltemp", Cloud::Tencent, Site::International, true),
    ("AKIDsandboxcntemp", Cloud::Tencent, Site::China, true),
    ("AKIDsandboxintl", Cloud::Tencent, Site::International, false),
    ("AKIDsandboxcn", Cloud::Tencent, Site::China, false),
    ("STS.sandboxintl", Cloud::Alibaba, Site::International, true),
    ("STS.sandboxcn", Cloud::Alibaba, Site::China, true),
    ("LTAIsandboxintl", Cloud::Alibaba, Site::International, false),
    ("LTAIsandboxcn", Cloud::Alibaba, Site::China, false),
];

/// A key the sandbox knows.
pub struct Key {
    /// The whole key id.
    pub id: String,
    /// The site its account belongs to.
    pub site: Site,
    cloud: Cloud,
    temporary: bool,
    words: Vec<String>,
}

impl Key {
    /// The key of this id, if the cloud knows it.
    pub fn find(cloud: Cloud, id: &str) -> Option<Self> {
        let (rest, site, temporary) = PREFIXES
            .iter()
            .filter(|(_, of, _, _)| *of == cloud)
            .find_map(|(prefix, _, site, temporary)| Some((id.strip_prefix(prefix)?, *site, *temporary)))?;
        let plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let words = rest.split('-').map(str::to_owned).collect();
        plain.then(|| Self { id: id.to_owned(), site, cloud, temporary, words })
    }

    /// The demo key: whom unsigned calls are made as.
    pub fn demo(cloud: Cloud, site: Site) -> Self {
        let id = match cloud {
            Cloud::Tencent => demo_tencent(site),
            Cloud::Alibaba => demo_alibaba(site),
        };
        Self::find(cloud, id).expect("the demo keys are known")
    }

    /// A temporary key of an account's role.
    pub fn issue(cloud: Cloud, site: Site, expires: i64, account: &str, role: &str) -> Self {
        let prefix = PREFIXES.iter().find(|(_, of, at, temporary)| *of == cloud && *at == site && *temporary);
        let (prefix, ..) = prefix.expect("every site has temporary keys");
        let role: String =
            role.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
        Self::find(cloud, &format!("{prefix}-{expires}-{account}-{role}"))
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
        let first_account = match (self.cloud, self.site) {
            (Cloud::Tencent, Site::International) => 600_000_561_284,
            (Cloud::Tencent, Site::China) => 100_012_345_000,
            (Cloud::Alibaba, Site::International) => 5_012_345_678_900_000,
            (Cloud::Alibaba, Site::China) => 1_012_345_678_900_000,
        };
        first_account + digits.parse::<u32>().map_or(0, u64::from)
    }

    fn number(&self, index: usize) -> Option<&String> {
        let numeric = |word: &&String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        self.words.iter().skip(1).filter(numeric).nth(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_says_cloud_site_and_account() {
        let key = Key::find(Cloud::Tencent, "AKIDsandboxintl042-owing").unwrap();
        assert_eq!((key.site, key.account(), key.token()), (Site::International, 600_000_561_326, None));
        assert!(key.has("owing") && !key.has("denied") && !key.has("042"));
        assert!(Key::find(Cloud::Alibaba, "AKIDsandboxintl042").is_none());
        assert!(Key::find(Cloud::Alibaba, "LTAIsandboxcn_x").is_none());
        assert!(Key::find(Cloud::Tencent, "AKIDEXAMPLE").is_none());
    }

    #[test]
    fn an_issued_key_carries_its_end_its_account_and_its_role() {
        let key = Key::issue(Cloud::Alibaba, Site::China, 1_700_000_000, "1234567890123456", "billing_owing");
        assert_eq!(key.id, "STS.sandboxcn-1700000000-1234567890123456-billing-owing");
        assert_eq!(key.account(), 1_234_567_890_123_456);
        assert!(key.has("owing") && key.token().is_some());
        assert!(!key.expired(1_699_999_999) && key.expired(1_700_000_000));
    }

    #[test]
    fn a_temporary_key_without_numbers_never_expires() {
        let key = Key::find(Cloud::Tencent, "AKIDsandboxcntemp").unwrap();
        assert_eq!((key.site, key.expired(i64::MAX)), (Site::China, false));
        assert_eq!(key.token().unwrap(), "sandbox-token-of-AKIDsandboxcntemp");
    }
}
