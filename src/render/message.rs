//! Messages for stderr: errors, warnings, notes and hints.

use rust_decimal::Decimal;

use super::escape::visible;
use crate::model::{Balance, Error, Money, Warning};

/// Returns an error as it is printed to stderr, with its line feed: `error: tencent/prod: …` and `hint: …`.
///
/// Control characters are escaped and further lines indented, so that nothing in it can act on the terminal or pass for
/// a separate message.
pub fn error_for_people(error: &Error, color: bool) -> String {
    for_people(&label("error:", "31", color), error, color)
}

/// Returns a warning about a query as it is printed to stderr: `warning: …` and `hint: …`.
pub fn query_warning_for_people(warning: &Error, color: bool) -> String {
    for_people(&label("warning:", "33", color), warning, color)
}

fn for_people(label_of_kind: &str, error: &Error, color: bool) -> String {
    let member = error.sub_account_id.as_deref().map(|id| format!("member {}", visible(id)));
    let account = account_name(error.provider, error.account.as_deref());
    let which: Vec<String> =
        Some(account).filter(|name| !name.is_empty()).into_iter().chain(member).collect();
    let which = if which.is_empty() { String::new() } else { format!("{}: ", which.join(" ")) };
    let source: Vec<String> = [("code", &error.code), ("request id", &error.request_id)]
        .into_iter()
        .filter_map(|(what, value)| Some(format!("{what} {}", visible(value.as_deref()?))))
        .collect();
    let source = if source.is_empty() { String::new() } else { format!(" ({})", source.join(", ")) };
    let hint = error
        .hint
        .as_ref()
        .map_or_else(String::new, |hint| format!("{} {}\n", label("hint:", "36", color), lines(hint)));
    format!("{label_of_kind} {which}{}{source}\n{hint}", lines(&error.message))
}

/// Returns a low balance as it is printed to stderr: `low: tencent/prod: …`.
pub fn low_for_people(balance: &Balance, threshold: Option<Decimal>, color: bool) -> String {
    let account = account_name(Some(balance.provider), Some(&balance.account));
    let name = balance.sub_account_name.as_deref().map(|name| format!(" ({})", visible(name)));
    let member = balance
        .sub_account_id
        .as_deref()
        .map(|id| format!(" member {}{}", visible(id), name.unwrap_or_default()));
    let money =
        |amount| format!("{} {}", Money { amount, currency: balance.currency }.grouped(), balance.currency);
    let available = money(balance.available);
    let why = match threshold {
        Some(threshold) => format!("{available} available, less than {}", money(threshold)),
        None => format!("{available} available, nothing is left"),
    };
    format!("{} {account}{}: {why}\n", label("low:", "33", color), member.unwrap_or_default())
}

/// Returns the note about accounts that were checked without a threshold, as it is printed to stderr: `note: no
/// threshold …`. Each is a cloud, a label, and whether it is about the account's members.
pub fn unchecked_for_people<'a>(
    accounts: impl Iterator<Item = (&'static str, &'a str, bool)>,
    color: bool,
) -> String {
    let names: Vec<String> = accounts
        .map(|(provider, account, members)| {
            let members = if members { "the members of " } else { "" };
            format!("{members}{}", account_name(Some(provider), Some(account)))
        })
        .collect();
    format!(
        "{} no threshold for {}: low only when nothing is left\n{} set `threshold` in the configuration, or use \
         `--threshold`\n",
        label("note:", "33", color),
        names.join(", "),
        label("hint:", "36", color)
    )
}

/// Returns a warning as it is printed to stderr: `warning: tencent/prod: …`.
pub fn warning_for_people(warning: &Warning, color: bool) -> String {
    let account = account_name(Some(warning.provider), Some(&warning.account));
    let member = warning.sub_account_id.as_deref().map(|id| format!(" member {}", visible(id)));
    let (member, message) = (member.unwrap_or_default(), lines(&warning.message));
    format!("{} {account}{member}: {message}\n", label("warning:", "33", color))
}

/// Returns the name of an account, such as `tencent/prod`, as far as it is known.
pub(super) fn account_name(provider: Option<&str>, account: Option<&str>) -> String {
    let parts: Vec<&str> = provider.into_iter().chain(account).collect();
    visible(&parts.join("/")).into_owned()
}

/// Returns a word in bold and a color.
pub(super) fn label(text: &str, code: &str, color: bool) -> String {
    if color { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// Returns a text with its further lines indented.
pub(super) fn lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(visible).collect();
    lines.join("\n  ")
}
