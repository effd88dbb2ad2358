//! The configuration as it was understood, as TOML, without its secrets.

use std::fmt::{Display, Write as _};
use std::path::Path;
use std::time::Duration;

use super::table::{quoted, spelt};
use super::{AccountEntry, Config, CredentialsEntry, Defaults, Oidc, Rates, Role};
use crate::model::{Currency, Site, Threshold, Thresholds};

/// Shown in place of a secret.
const HIDDEN: &str = "****";

/// The configuration as it was understood: every account with what `[defaults]` adds to it, paths in full,
/// secrets as `****`. What is not said anywhere is left out.
pub fn show(config: &Config) -> String {
    let mut shown = Shown(String::new());
    shown.defaults(&config.defaults);
    for account in &config.accounts {
        shown.account(account);
    }
    if let Some(rates) = &config.rates {
        shown.rates(rates);
    }
    shown.0
}

struct Shown(String);

impl Shown {
    fn defaults(&mut self, defaults: &Defaults) {
        let mut inner = Self(String::new());
        inner.text("output", defaults.output);
        inner.text("color", defaults.color);
        inner.text("in", defaults.convert_to.as_ref().map(Currency::code));
        inner.text("site", defaults.site.as_ref().map(Site::name));
        inner.value("members", defaults.members.then_some(true));
        inner.thresholds(&defaults.thresholds);
        inner.text("signature", defaults.signature);
        inner.value("concurrency", defaults.concurrency);
        inner.value("rate", defaults.rate);
        inner.value("timeout", defaults.timeout.map(duration));
        inner.value("connect_timeout", defaults.connect_timeout.map(duration));
        inner.value("deadline", defaults.deadline.map(duration));
        inner.value("retries", defaults.retries);
        let proxy = defaults.proxy.as_ref().map(|proxy| without_password(proxy.expose()));
        inner.text("proxy", proxy.as_deref());
        inner.value("ca_file", defaults.ca_file.as_deref().map(path));
        inner.value("system_certs", defaults.system_certs.then_some(true));
        if !inner.0.is_empty() {
            self.header("defaults");
            self.0.push_str(&inner.0);
        }
    }

    fn account(&mut self, account: &AccountEntry) {
        self.header(&format!("accounts.{}", spelt(&account.name)));
        self.text("provider", Some(account.cloud.name()));
        self.text("site", Some(account.site.as_ref().map_or("auto", Site::name)));
        self.value("members", Some(account.members));
        self.thresholds(&account.thresholds);
        self.value("credentials", credentials(account));
        if let Some(Role { arn, session_name, duration, external_id }) = &account.role {
            self.text("role_arn", Some(arn));
            self.text("role_session_name", session_name.as_deref());
            self.value("role_duration", *duration);
            self.text("external_id", external_id.as_deref());
        }
        self.text("currency", account.currency.as_ref().map(Currency::code));
        self.text("endpoint", account.endpoint.as_ref().map(ToString::to_string).as_deref());
        self.text("signature", account.signature);
    }

    fn rates(&mut self, rates: &Rates) {
        self.header("rates");
        self.value("date", Some(rates.date));
        self.text("base", Some(rates.base.code()));
        for (currency, rate) in &rates.rates {
            self.text(currency.code(), Some(&rate.to_string()));
        }
    }

    fn thresholds(&mut self, thresholds: &Thresholds) {
        self.value("threshold", threshold(&thresholds.own));
        self.value("member_threshold", threshold(&thresholds.members));
    }

    fn header(&mut self, name: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        _ = writeln!(self.0, "{gap}[{name}]");
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        self.value(key, text.map(quoted));
    }

    fn value(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            _ = writeln!(self.0, "{key} = {value}");
        }
    }
}

/// A duration as the file spells it: whole seconds as a number.
fn duration(time: Duration) -> String {
    if time.subsec_nanos() == 0 {
        return time.as_secs().to_string();
    }
    let text = format!("{}.{:09}", time.as_secs(), time.subsec_nanos());
    quoted(text.trim_end_matches('0'))
}

fn threshold(threshold: &Threshold) -> Option<String> {
    if let Some(amount) = threshold.any {
        return Some(quoted(&amount.to_string()));
    }
    let each: Vec<String> = threshold
        .each
        .iter()
        .map(|(currency, amount)| format!("{currency} = {}", quoted(&amount.to_string())))
        .collect();
    (!each.is_empty()).then(|| format!("{{ {} }}", each.join(", ")))
}

fn credentials(account: &AccountEntry) -> Option<String> {
    let one = |key: &str, value: String| Some(format!("{{ {key} = {value} }}"));
    match &account.credentials {
        CredentialsEntry::Chain => None,
        CredentialsEntry::Env(prefix) if prefix.is_empty() => one("env", "true".to_owned()),
        CredentialsEntry::Env(prefix) => one("env", quoted(prefix)),
        CredentialsEntry::Profile(name) => one("profile", quoted(name)),
        CredentialsEntry::File(file) => one("file", path(file)),
        CredentialsEntry::Command { line, .. } => one("command", quoted(line)),
        CredentialsEntry::Keyring(name) => one("keyring", quoted(name)),
        CredentialsEntry::Instance(role) => {
            one("instance", role.as_deref().map_or("true".to_owned(), quoted))
        }
        CredentialsEntry::Oidc(None) => one("oidc", "true".to_owned()),
        CredentialsEntry::Oidc(Some(oidc)) => one("oidc", web_identity(oidc)),
        CredentialsEntry::Pair(pair) => {
            let [id, secret] = account.cloud.pair();
            let token = if pair.token.is_some() { format!(", token = \"{HIDDEN}\"") } else { String::new() };
            let masked = quoted(&pair.masked_key_id());
            Some(format!("{{ {id} = {masked}, {secret} = \"{HIDDEN}\"{token} }}"))
        }
    }
}

fn web_identity(oidc: &Oidc) -> String {
    let mut inner = vec![
        format!("role_arn = {}", quoted(&oidc.role_arn)),
        format!("provider = {}", quoted(&oidc.provider)),
        format!("token_file = {}", path(&oidc.token_file)),
    ];
    inner.extend(oidc.role_session_name.as_ref().map(|name| format!("role_session_name = {}", quoted(name))));
    inner.extend(oidc.region.as_ref().map(|region| format!("region = {}", quoted(region))));
    format!("{{ {} }}", inner.join(", "))
}

fn path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A proxy's address with user and password hidden.
fn without_password(proxy: &str) -> String {
    let (scheme, rest) = proxy.split_once("://").map_or(("", proxy), |(scheme, rest)| (scheme, rest));
    match rest.rsplit_once('@') {
        Some((_, host)) if scheme.is_empty() => format!("{HIDDEN}@{host}"),
        Some((_, host)) => format!("{scheme}://{HIDDEN}@{host}"),
        None => proxy.to_owned(),
    }
}
