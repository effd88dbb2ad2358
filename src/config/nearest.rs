//! Suggests the known name nearest to a misspelled one.

/// No known name is near anything longer, and the comparison's memory grows with the length.
const LONGEST: usize = 64;

/// The known name nearest to a mistaken one, when one is near enough to be meant.
pub fn nearest<'a>(mistaken: &str, known: &[&'a str]) -> Option<&'a str> {
    near(mistaken, known).first().copied()
}

/// The known names that are near enough to a mistaken one to be meant, the nearest first: at most a third of the
/// characters differ. Case and the choice of dash do not count.
pub fn near<'a>(mistaken: &str, known: &[&'a str]) -> Vec<&'a str> {
    if mistaken.len() > LONGEST {
        return Vec::new();
    }
    let folded = |name: &str| name.to_lowercase().replace('-', "_");
    let mistaken = folded(mistaken);
    let distance = |name: &&'a str| {
        let name = folded(name);
        let distance = strsim::damerau_levenshtein(&mistaken, &name);
        (distance <= mistaken.chars().count().max(name.chars().count()) / 3).then_some(distance)
    };
    let mut near: Vec<_> = known.iter().filter_map(|name| Some((distance(name)?, *name))).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Names for people: `` `a`, `b` and `c` ``.
pub(super) fn quoted_list(names: &[&str], and: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} {and} {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["site", "credentials", "ca_file", "color", "role_session_name", "in"];

    #[test]
    fn a_slip_is_recognized() {
        assert_eq!(nearest("credentails", KNOWN), Some("credentials"));
        assert_eq!(nearest("CA-File", KNOWN), Some("ca_file"));
        assert_eq!(nearest("colur", KNOWN), Some("color"));
        assert_eq!(nearest("session_name", KNOWN), Some("role_session_name"));
        assert_eq!(nearest("ste", KNOWN), Some("site"));
    }

    #[test]
    fn characters_are_counted_rather_than_bytes() {
        assert_eq!(nearest("my", &["深圳"]), None);
        assert_eq!(nearest("深圳1号", &["深圳2号"]), Some("深圳2号"));
        assert_eq!(near("prdo-1", &["prod-2", "staging", "Prod-1"]), ["Prod-1", "prod-2"]);
    }

    #[test]
    fn something_else_is_not_guessed_at() {
        for other in ["", "x", "password", "on", "令牌"] {
            assert_eq!(nearest(other, KNOWN), None, "{other}");
        }
        assert_eq!(nearest("site", &[]), None);
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(quoted_list(&["a"], "or"), "`a`");
        assert_eq!(quoted_list(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
