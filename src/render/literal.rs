//! Bare literals of `JMESPath`: `` `USD` `` stands for `` `"USD"` ``, as in the clouds' official tools.

use serde::de::IgnoredAny;

/// An expression whose literals are all JSON, and where quotes were added.
pub(super) struct Literals {
    text: String,
    /// The place and the length of what was added, or as a negative length of what was left out.
    changes: Vec<(usize, isize)>,
}

impl Literals {
    /// Puts quotes around each literal that is not JSON and is with them.
    pub(super) fn read(expression: &str) -> Self {
        let mut literals = Self { text: String::with_capacity(expression.len()), changes: Vec::new() };
        let mut rest = expression;
        while let Some(start) = rest.find(['\'', '"', '`']) {
            let quote = &rest[start..=start];
            let inside = &rest[start + 1..];
            let Some(length) = end(inside, quote) else { break };
            literals.text.push_str(&rest[..=start]);
            literals.inside(&inside[..length], quote == "`");
            literals.text.push_str(quote);
            rest = &inside[length + 1..];
        }
        literals.text.push_str(rest);
        literals
    }

    fn inside(&mut self, text: &str, is_literal: bool) {
        let json = text.replace("\\`", "`");
        let is_json = |json: &str| serde_json::from_str::<IgnoredAny>(json).is_ok();
        let bare = text.trim_start();
        let is_bare = is_literal && !is_json(&json) && is_json(&format!("\"{}\"", json.trim_start()));
        if !is_bare {
            return self.text.push_str(text);
        }
        let left_out = isize::try_from(text.len() - bare.len()).unwrap_or_default();
        self.changes.push((self.text.len(), 1 - left_out));
        self.text.push('"');
        self.text.push_str(bare);
        self.changes.push((self.text.len(), 1));
        self.text.push('"');
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a place in the text was in the expression.
    pub(super) fn original(&self, at: usize) -> usize {
        let before = self.changes.iter().take_while(|(place, _)| *place < at);
        let added: isize = before.map(|(_, length)| length).sum();
        at.saturating_add_signed(-added)
    }
}

/// Where a quote ends that a backslash can escape.
fn end(text: &str, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, character)| {
        let ends = !is_escaped && quote.starts_with(character);
        is_escaped = character == '\\' && !is_escaped;
        ends.then_some(at)
    })
}
