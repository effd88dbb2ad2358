//! From the file's text to what it says: the whole, the defaults and the rates.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use toml::de::DeTable;

use super::accounts::accounts;
use super::mistakes::Mistakes;
use super::nearest::{nearest, quoted_list};
use super::table::{Source, Table, quoted};
use super::{Config, Defaults, Place};
use crate::cloud::{CLOUDS, Proxy};
use crate::model::{
    Currency, Error, InvalidCurrency, Rates, Result, Secret, Site, Threshold, Thresholds, amount_from_number,
    amount_from_text,
};

/// The keys of the whole file.
pub(super) const KEYS: &[&str] = &["defaults", "accounts", "rates"];

/// The keys of `[defaults]`.
pub(super) const DEFAULTS: &[&str] = &[
    "output",
    "color",
    "in",
    "site",
    "members",
    "threshold",
    "member_threshold",
    "signature",
    "concurrency",
    "rate",
    "timeout",
    "connect_timeout",
    "deadline",
    "retries",
    "proxy",
    "ca_file",
    "system_certs",
];

/// The keys of `[rates]` besides currencies.
pub(super) const RATES: &[&str] = &["date", "base"];

const OUTPUTS: &[&str] = &["table", "json", "ndjson", "csv", "yaml"];
/// The site that is detected.
pub(super) const AUTO: &str = "auto";
const COLORS: &[&str] = &["auto", "always", "never"];

/// Reads a configuration file's text.
pub fn parse(text: &str, place: Place) -> Result<Config> {
    read(text, place.path, |root| {
        let mut mistakes = Mistakes::default();
        let config = whole(root, place, &mut mistakes);
        mistakes.or_first(config)
    })
}

/// Returns every mistake in a configuration file's text.
pub fn mistakes(text: &str, place: Place) -> Vec<Error> {
    let found = read(text, place.path, |root| {
        let mut mistakes = Mistakes::default();
        whole(root, place, &mut mistakes);
        Ok(mistakes.into_all())
    });
    found.unwrap_or_else(|error| vec![error])
}

fn whole(root: &Table, place: Place, mistakes: &mut Mistakes) -> Config {
    mistakes.note(root.unknown(KEYS));
    let table = mistakes.or_default(root.table("defaults"));
    let defaults = table.map_or_else(Defaults::default, |table| defaults(&table, place, mistakes));
    let table = mistakes.or_default(root.table("accounts"));
    let accounts = table.map_or_else(Vec::new, |table| accounts(&table, &defaults, place, mistakes));
    let table = mistakes.or_default(root.table("rates"));
    let rates = table.and_then(|table| rates(&table, mistakes));
    Config { defaults, accounts, rates }
}

/// Reads the text of a file that holds what `[rates]` holds and nothing else.
pub fn parse_rates(text: &str, path: &Path) -> Result<Rates> {
    read(text, path, |root| {
        if root.has("rates") {
            return Err(root
                .error("rates", "`rates` stands in a file that holds nothing but rates")
                .hint("leave out the line `[rates]`, and what belongs to other tables"));
        }
        let mut mistakes = Mistakes::default();
        let rates = rates(root, &mut mistakes);
        Ok(mistakes.or_first(rates)?.expect("rates without a mistake are complete"))
    })
}

fn read<T>(text: &str, path: &Path, what: impl FnOnce(&Table) -> Result<T>) -> Result<T> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { path, text };
    let entries = DeTable::parse(text).map_err(|error| {
        // Only the message: the error's own rendering repeats the line, which may hold a secret.
        let at = error.span().map_or(0, |span| span.start);
        let error = source.error(at, format_args!("not TOML: {}", error.message()));
        match source.advice(at, &error.to_string()) {
            Some(advice) => error.hint(advice),
            None => error,
        }
    })?;
    what(&Table::root(source, entries.get_ref()))
}

fn defaults(table: &Table, place: Place, mistakes: &mut Mistakes) -> Defaults {
    mistakes.note(table.unknown(DEFAULTS));
    Defaults {
        output: mistakes.or_default(table.choice("output", OUTPUTS)),
        color: mistakes.or_default(table.choice("color", COLORS)),
        convert_to: mistakes.or_default(table.currency("in")),
        site: mistakes.or_default(site(table)),
        members: mistakes.or_default(table.flag("members")).unwrap_or_default(),
        thresholds: mistakes.or_default(thresholds(table, &Thresholds::default())),
        signature: mistakes.or_default(signature(table)),
        concurrency: mistakes.or_default(table.number("concurrency", 1, 10_000)),
        rate: mistakes.or_default(table.number("rate", 0, 1000)),
        timeout: mistakes.or_default(table.duration("timeout", 3600)),
        connect_timeout: mistakes.or_default(table.duration("connect_timeout", 3600)),
        deadline: mistakes.or_default(table.duration("deadline", 86_400)),
        retries: mistakes.or_default(table.number("retries", 0, 100)),
        proxy: mistakes.or_default(proxy(table)),
        ca_file: mistakes.or_default(file(table, "ca_file", place)),
        system_certs: mistakes.or_default(table.flag("system_certs")).unwrap_or_default(),
    }
}

/// A proxy's address, which is never shown: it may hold a password.
fn proxy(table: &Table) -> Result<Option<Secret>> {
    let Some(text) = table.text("proxy")? else { return Ok(None) };
    Proxy::parse(text).map_err(|invalid| {
        let message = format_args!("`{}` is not a valid proxy address: {}", table.full("proxy"), invalid.why);
        table.error("proxy", message).hint(invalid.hint)
    })?;
    Ok(Some(Secret::new(text.to_owned())))
}

/// The site of accounts that name none themselves; `None` is detected.
fn site(table: &Table) -> Result<Option<Site>> {
    let mut known = vec![AUTO];
    for site in CLOUDS.iter().flat_map(|cloud| cloud.sites()) {
        if !known.contains(&site.name()) {
            known.push(site.name());
        }
    }
    Ok(table.choice("site", &known)?.filter(|name| *name != AUTO).and_then(|name| name.parse().ok()))
}

/// How requests are signed to the clouds that accept more than one way.
pub(super) fn signature(table: &Table) -> Result<Option<&'static str>> {
    let signatures = CLOUDS.iter().flat_map(|cloud| cloud.signatures());
    let known: Vec<_> = signatures.map(|signature| signature.name).collect();
    table.choice("signature", &known)
}

/// The file that a table names: relative to the configuration file, or to the home directory behind `~`.
pub(super) fn file(table: &Table, key: &str, place: Place) -> Result<Option<PathBuf>> {
    let Some(text) = table.text(key)? else { return Ok(None) };
    let Ok(below_home) = Path::new(text).strip_prefix("~") else {
        let folder = place.path.parent().unwrap_or(Path::new(""));
        return Ok(Some(folder.join(text)));
    };
    let home = place.home.ok_or_else(|| {
        table
            .error(key, format_args!("`{}` begins with `~`, but no home directory is known", table.full(key)))
            .hint("set HOME, or write the whole path")
    })?;
    Ok(Some(home.join(below_home)))
}

/// A table's thresholds, or the usual ones.
pub(super) fn thresholds(table: &Table, usual: &Thresholds) -> Result<Thresholds> {
    let one = |key, usual: &Threshold| {
        if table.has(key) { threshold(table, key) } else { Ok(usual.clone()) }
    };
    Ok(Thresholds { own: one("threshold", &usual.own)?, members: one("member_threshold", &usual.members)? })
}

/// One amount for every currency, or a table of amounts by currency.
fn threshold(table: &Table, key: &str) -> Result<Threshold> {
    let amount = |table: &Table, key: &str| {
        let wrong = |error: Error| {
            error.hint(format!("write it between quotes, so that it is exact: `{key} = \"1000\"`"))
        };
        let text = table.text(key).map_err(wrong)?.unwrap_or_default();
        amount_from_text(text).map_err(|why| {
            let shown: String = text.chars().take(40).collect();
            let message = format!("`{}` is `{}`: {why}", table.full(key), shown.escape_debug());
            table.error(key, message).hint(format!("accepted are `{key} = \"1000\"` and `\"1,000.50\"`"))
        })
    };
    let Ok(Some(inner)) = table.table(key) else {
        return Ok(Threshold { any: Some(amount(table, key)?), each: Vec::new() });
    };
    let mut each: Vec<(Currency, Decimal)> = Vec::new();
    for (code, _) in inner.keys() {
        let wrong = |why: String| inner.error(code, format_args!("`{}` {why}", inner.full(code)));
        let currency = code
            .parse::<Currency>()
            .map_err(|why| wrong(format!("is {}", InvalidCurrency::WHY)).hint(why.hint()))?;
        if each.iter().any(|(known, _)| *known == currency) {
            return Err(wrong("is a duplicate".to_owned()));
        }
        each.push((currency, amount(&inner, code)?));
    }
    Ok(Threshold { any: None, each })
}

/// Reads rates; `None` without a date.
fn rates(table: &Table, mistakes: &mut Mistakes) -> Option<Rates> {
    let missing = || {
        let error = table.whole_error("the rates have no `date`");
        error.hint("say of which day they are: `date = \"2026-11-20\"`")
    };
    let date = mistakes.or_default(table.day("date").and_then(|date| date.map(Some).ok_or_else(missing)));
    let base = mistakes.or_default(table.currency("base")).unwrap_or(Currency::CNY);
    let mut rates: Vec<(Currency, Decimal)> = Vec::new();
    for (key, _) in table.keys().into_iter().filter(|(key, _)| !RATES.contains(key)) {
        let entry = rated_currency(table, key, base, &rates)
            .and_then(|currency| Ok(Some((currency, rate(table, key)?))));
        rates.extend(mistakes.or_default(entry));
    }
    Some(Rates { date: date?, base, rates })
}

/// Reads the currency that a rate is for.
fn rated_currency(
    table: &Table,
    key: &str,
    base: Currency,
    rates: &[(Currency, Decimal)],
) -> Result<Currency> {
    let currency = key.parse::<Currency>().map_err(|why: InvalidCurrency| {
        let error = table.error(key, format_args!("`{}` is {}", table.full(key), InvalidCurrency::WHY));
        match (nearest(key, RATES), why.meant) {
            (Some(meant), _) => error.hint(format!("did you mean `{meant}`?")),
            (None, Some(_)) => error.hint(why.hint()),
            (None, None) => error.hint(format!("the other keys here are {}", quoted_list(RATES, "and"))),
        }
    })?;
    let is_duplicate = rates.iter().any(|(known, _)| *known == currency);
    if is_duplicate || currency == base {
        let why = if is_duplicate { "is a duplicate" } else { "is the base, whose rate is 1" };
        return Err(table.error(key, format_args!("`{}` {why}", table.full(key))));
    }
    Ok(currency)
}

fn rate(table: &Table, key: &str) -> Result<Decimal> {
    let wrong = |why: Option<Error>| {
        let error = why.unwrap_or_else(|| {
            table.error(key, format_args!("`{}` is not a positive decimal number", table.full(key)))
        });
        // A TOML number with a fraction is a binary one, which 7.12 is not.
        error.hint(format!("write it between quotes, so that it is exact: `{key} = {}`", quoted("7.12")))
    };
    let text = table.text(key).map_err(|error| wrong(Some(error)))?.unwrap_or_default();
    amount_from_number(text).ok().filter(|rate| *rate > Decimal::ZERO).ok_or_else(|| wrong(None))
}
