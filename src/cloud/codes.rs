//! Tables of error codes: what each code means, and what to do about it.

use super::Question;
use crate::model::ErrorKind;

/// One row of a cloud's table.
pub struct Meaning {
    /// The code as the cloud writes it. At its end `.*` stands for the code itself and every code below it, and `*`
    /// for anything; at its beginning `*` stands for anything too. Case is ignored: the clouds are not consistent.
    pub code: &'static str,
    /// What sort of error it is.
    pub kind: ErrorKind,
    /// What to do about it.
    pub hint: Hint,
}

/// What to do about a code.
pub enum Hint {
    /// The same after every request.
    Text(&'static str),
    /// To grant the permission that the request needs.
    Grant,
    /// After a request for members only.
    Members(&'static str),
    /// After a request for a role's temporary credentials only.
    Role(&'static str),
    /// The cloud's message says it all.
    None,
}

impl Hint {
    /// The hint after a request; `grant` names the permission that it needs.
    pub fn after(&self, question: &Question, grant: impl Fn(&Question) -> String) -> Option<String> {
        let is_role = matches!(question, Question::AssumeRole(_) | Question::WebIdentity { .. });
        match self {
            Self::Text(text) => Some((*text).to_owned()),
            Self::Grant => Some(grant(question)),
            Self::Members(text) if matches!(question, Question::Members { .. }) => Some((*text).to_owned()),
            Self::Role(text) if is_role => Some((*text).to_owned()),
            Self::Members(_) | Self::Role(_) | Self::None => None,
        }
    }
}

/// The first row that a code matches.
pub fn meaning<'a>(table: &'a [Meaning], code: &str) -> Option<&'a Meaning> {
    table.iter().find(|row| matches(row.code, code))
}

fn matches(pattern: &str, code: &str) -> bool {
    let (pattern, code) = (pattern.to_ascii_lowercase(), code.to_ascii_lowercase());
    if let Some(inner) = pattern.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
        return code.contains(inner);
    }
    if let Some(group) = pattern.strip_suffix(".*") {
        return code.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    }
    match pattern.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => code == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_a_code_a_group_a_beginning_or_a_part() {
        assert!(matches("Forbidden", "Forbidden") && matches("Forbidden.RAM", "Forbidden.Ram"));
        assert!(!matches("Forbidden", "Forbidden.RAM") && !matches("Forbidden", "forbidde"));
        assert!(
            matches("InternalError.*", "InternalError") && matches("InternalError.*", "InternalError.A.B")
        );
        assert!(!matches("InternalError.*", "InternalErrors"));
        assert!(matches("InvalidSecurityToken*", "InvalidSecurityTokenExpired"));
        assert!(matches("*Throttling*", "Rejected.Throttling") && !matches("*Throttling*", "Throttle"));
    }
}
