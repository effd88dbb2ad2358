//! A report as the values that a query searches, one balance at a time where the query allows it.

use std::collections::HashMap;

use jmespath::ast::Ast;
use jmespath::{JmespathError, Rcvar, Variable};
use serde::Serialize;

use crate::model::Result;

/// How many texts are kept for further balances to share: those of a page, and what all have in common.
const MOST_TEXTS: usize = 1024;

/// Values that balances have in common: each is kept once.
#[derive(Default)]
pub(super) struct Shared {
    texts: HashMap<String, Rcvar>,
    null: Option<Rcvar>,
    truth: [Option<Rcvar>; 2],
    map: Option<Rcvar>,
}

impl Shared {
    /// A record as a value.
    pub(super) fn value(&mut self, record: impl Serialize) -> std::result::Result<Rcvar, JmespathError> {
        let value = Variable::from_serializable(record)?;
        let Variable::Object(fields) = value else { return Ok(Rcvar::new(value)) };
        let fields = fields.into_iter().map(|(name, value)| {
            let value = self.shared(value);
            (name, value)
        });
        Ok(Rcvar::new(Variable::Object(fields.collect())))
    }

    fn shared(&mut self, value: Rcvar) -> Rcvar {
        match &*value {
            Variable::Null => self.null.get_or_insert(value).clone(),
            Variable::Bool(truth) => self.truth[usize::from(*truth)].get_or_insert(value).clone(),
            Variable::String(text) => {
                if let Some(known) = self.texts.get(text) {
                    return known.clone();
                }
                if self.texts.len() >= MOST_TEXTS {
                    self.texts.clear();
                }
                self.texts.insert(text.clone(), value.clone());
                value
            }
            Variable::Object(_) => match &self.map {
                Some(known) if is_same(known, &value) => known.clone(),
                _ => self.map.insert(value).clone(),
            },
            _ => value,
        }
    }
}

/// Whether two values are the same to the last digit; the library's own comparison is more lenient.
fn is_same(one: &Variable, other: &Variable) -> bool {
    match (one, other) {
        (Variable::Null, Variable::Null) => true,
        (Variable::Bool(one), Variable::Bool(other)) => one == other,
        (Variable::String(one), Variable::String(other)) => one == other,
        (Variable::Number(one), Variable::Number(other)) => one == other,
        (Variable::Object(one), Variable::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        _ => false,
    }
}

/// Replaces each projection of all balances by what `project` makes of its right side.
pub(super) fn project_balances(
    ast: &mut Ast,
    project: &mut impl FnMut(&Ast) -> Result<Vec<Rcvar>>,
) -> Result<()> {
    if let Ast::Projection { offset, lhs, rhs } = ast
        && is_balances(lhs)
    {
        let value = Rcvar::new(Variable::Array(project(rhs)?));
        *ast = Ast::Literal { offset: *offset, value };
        return Ok(());
    }
    match ast {
        // The right side of these is evaluated on something else, or perhaps not at all.
        Ast::Projection { lhs, .. }
        | Ast::Subexpr { lhs, .. }
        | Ast::And { lhs, .. }
        | Ast::Or { lhs, .. } => project_balances(lhs, project),
        Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } | Ast::Not { node, .. } => {
            project_balances(node, project)
        }
        Ast::Condition { predicate, .. } => project_balances(predicate, project),
        Ast::Comparison { lhs, rhs, .. } => {
            project_balances(lhs, project)?;
            project_balances(rhs, project)
        }
        Ast::Function { args: parts, .. } | Ast::MultiList { elements: parts, .. } => {
            parts.iter_mut().try_for_each(|part| project_balances(part, project))
        }
        Ast::MultiHash { elements, .. } => {
            elements.iter_mut().try_for_each(|element| project_balances(&mut element.value, project))
        }
        Ast::Identity { .. }
        | Ast::Expref { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Ok(()),
    }
}

fn is_balances(ast: &Ast) -> bool {
    match ast {
        Ast::Flatten { node, .. } => is_balances(node),
        Ast::Field { name, .. } => name == "balances",
        _ => false,
    }
}

/// Whether an expression over the document can find its balances.
pub(super) fn needs_balances(ast: &Ast) -> bool {
    match ast {
        Ast::Field { name, .. } => name == "balances",
        Ast::Identity { .. } => true,
        Ast::Projection { lhs, .. } | Ast::Subexpr { lhs, .. } => needs_balances(lhs),
        Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } | Ast::Not { node, .. } => {
            needs_balances(node)
        }
        Ast::And { lhs, rhs, .. } | Ast::Or { lhs, rhs, .. } | Ast::Comparison { lhs, rhs, .. } => {
            needs_balances(lhs) || needs_balances(rhs)
        }
        Ast::Condition { predicate, then, .. } => needs_balances(predicate) || needs_balances(then),
        Ast::Function { args: parts, .. } | Ast::MultiList { elements: parts, .. } => {
            parts.iter().any(needs_balances)
        }
        Ast::MultiHash { elements, .. } => elements.iter().any(|element| needs_balances(&element.value)),
        Ast::Expref { .. } | Ast::Index { .. } | Ast::Literal { .. } | Ast::Slice { .. } => false,
    }
}
