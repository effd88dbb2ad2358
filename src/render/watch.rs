//! Detects comparisons in queries that have no effect: amounts are texts, and `JMESPath` orders numbers only.
//!
//! `available < `0`` is null for every balance, so the query returns nothing even if money is missing. Every comparison
//! is watched while the query runs, and so is every function that orders or searches texts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jmespath::ast::{Ast, Comparator};
use jmespath::functions::Function;
use jmespath::{Context, DEFAULT_RUNTIME, Rcvar, Runtime, SearchResult, Variable, interpret};
use rust_decimal::Decimal;

/// The largest number of findings that are reported.
const MOST_FINDINGS: usize = 3;

/// The fields that hold amounts.
const AMOUNTS: [&str; 8] =
    ["available", "cash", "credit_limit", "temporary_credit", "frozen", "owed", "threshold", "shortfall"];

/// A comparison that has no effect.
#[derive(Clone)]
pub(super) struct Finding {
    /// The offset in the parsed expression.
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) hint: String,
}

/// The findings, by offset.
#[derive(Clone, Default)]
pub(super) struct Watched(Arc<Mutex<BTreeMap<usize, Finding>>>);

impl Watched {
    pub(super) fn findings(&self) -> Vec<Finding> {
        let found = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.values().take(MOST_FINDINGS).cloned().collect()
    }

    fn note(&self, at: usize, message: impl FnOnce() -> String, hint: impl FnOnce() -> String) {
        let mut found = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.entry(at).or_insert_with(|| Finding { at, message: message(), hint: hint() });
    }
}

/// Replaces every comparison, and every function that orders or searches texts, by a function that does the same and
/// records findings.
pub(super) fn watch(ast: &mut Ast, runtime: &mut Runtime) -> Watched {
    let watched = Watched::default();
    let mut keys = Vec::new();
    each_key(ast, &mut keys);
    let mut comparisons = Vec::new();
    replace_comparisons(ast, &mut comparisons);
    for (number, (offset, comparator, sides)) in comparisons.into_iter().enumerate() {
        let comparison = Comparison { offset, comparator, sides, watched: watched.clone() };
        comparison.foresee(&keys);
        runtime.register_function(&function_name(number), Box::new(comparison));
    }
    for name in ["sort", "min", "max", "sort_by", "min_by", "max_by", "contains"] {
        runtime.register_function(name, Box::new(Ordering { name, watched: watched.clone() }));
    }
    runtime.register_function("avg", Box::new(Average));
    watched
}

/// Returns a name that no query can call, because it contains a space.
fn function_name(number: usize) -> String {
    format!("comparison {number}")
}

/// Returns the parts of an expression.
fn parts(ast: &mut Ast) -> Vec<&mut Ast> {
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition { predicate, then, .. } => vec![predicate, then],
        Ast::Expref { ast: node, .. }
        | Ast::Flatten { node, .. }
        | Ast::Not { node, .. }
        | Ast::ObjectValues { node, .. } => vec![node],
        Ast::Function { args: parts, .. } | Ast::MultiList { elements: parts, .. } => {
            parts.iter_mut().collect()
        }
        Ast::MultiHash { elements, .. } => elements.iter_mut().map(|element| &mut element.value).collect(),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
    }
}

/// Collects the names that the query itself gives to values.
fn each_key(ast: &mut Ast, keys: &mut Vec<String>) {
    if let Ast::MultiHash { elements, .. } = ast {
        keys.extend(elements.iter().map(|element| element.key.clone()));
    }
    for part in parts(ast) {
        each_key(part, keys);
    }
}

fn replace_comparisons(ast: &mut Ast, comparisons: &mut Vec<(usize, Comparator, [Side; 2])>) {
    for part in parts(ast) {
        replace_comparisons(part, comparisons);
    }
    if let Ast::Comparison { offset, comparator, lhs, rhs } = ast {
        let sides = [Side::of(lhs), Side::of(rhs)];
        let args = vec![(**lhs).clone(), (**rhs).clone()];
        let (offset, name) = (*offset, function_name(comparisons.len()));
        comparisons.push((offset, comparator.clone(), sides));
        *ast = Ast::Function { offset, name, args };
    }
}

/// One side of a comparison.
struct Side {
    /// The source text, if it is short.
    spelling: Option<String>,
    /// The field that the path ends in.
    field: Option<String>,
    is_number: bool,
}

impl Side {
    fn of(ast: &Ast) -> Self {
        let field = match ast {
            Ast::Field { name, .. } => Some(name.clone()),
            Ast::Subexpr { rhs, .. } => Self::of(rhs).field,
            _ => None,
        };
        let is_number = matches!(ast, Ast::Literal { value, .. } if value.is_number());
        Self { spelling: spelling(ast), field, is_number }
    }

    fn is_amount(&self, keys: &[String]) -> bool {
        self.field.as_ref().is_some_and(|field| AMOUNTS.contains(&field.as_str()) && !keys.contains(field))
    }

    /// Returns the source text of the side, converted to a number.
    fn as_number(&self, value: Option<&Variable>) -> String {
        match (value, &self.spelling) {
            (Some(Variable::Number(_)), Some(spelling)) => spelling.clone(),
            (Some(Variable::Number(_)), None) => "…".to_owned(),
            (_, Some(spelling)) if self.is_number => spelling.clone(),
            (_, Some(spelling)) => match spelling.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
            {
                Some(number) if is_numeric(number) => format!("`{number}`"),
                _ => format!("to_number({spelling})"),
            },
            (_, None) => "to_number(…)".to_owned(),
        }
    }
}

/// Returns the source text of a name, a path or a literal.
fn spelling(ast: &Ast) -> Option<String> {
    match ast {
        Ast::Field { name, .. } => {
            let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
            let is_bare =
                !name.starts_with(|first: char| first.is_ascii_digit()) && name.chars().all(is_word);
            Some(if is_bare && !name.is_empty() { name.clone() } else { serde_json::to_string(name).ok()? })
        }
        Ast::Identity { .. } => Some("@".to_owned()),
        Ast::Subexpr { lhs, rhs, .. } => Some(format!("{}.{}", spelling(lhs)?, spelling(rhs)?)),
        Ast::Literal { value, .. } => match &**value {
            Variable::Number(number) => Some(format!("`{number}`")),
            Variable::String(text) => Some(format!("'{}'", text.replace('\'', "\\'"))),
            _ => None,
        },
        _ => None,
    }
}

fn is_numeric(text: &str) -> bool {
    number(text).is_some()
}

fn number(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_number && digits.starts_with(|first: char| first.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A comparison that records when it has no effect.
struct Comparison {
    offset: usize,
    comparator: Comparator,
    sides: [Side; 2],
    watched: Watched,
}

impl Comparison {
    fn operator(&self) -> &'static str {
        match self.comparator {
            Comparator::Equal => "==",
            Comparator::NotEqual => "!=",
            Comparator::LessThan => "<",
            Comparator::LessThanEqual => "<=",
            Comparator::GreaterThan => ">",
            Comparator::GreaterThanEqual => ">=",
        }
    }

    /// Records findings that do not depend on values.
    fn foresee(&self, keys: &[String]) {
        let [left, right] = &self.sides;
        if left.is_number && right.is_amount(keys) || right.is_number && left.is_amount(keys) {
            self.note_text_and_number(None);
        }
    }

    fn note_text_and_number(&self, values: Option<[&Variable; 2]>) {
        let operator = self.operator();
        let message = || match self.comparator {
            Comparator::NotEqual => "a text never equals a number, so `!=` is always true".to_owned(),
            Comparator::Equal => "a text never equals a number, so `==` is never true".to_owned(),
            _ => format!("a text cannot be ordered with a number, so `{operator}` is never true"),
        };
        self.watched.note(self.offset, message, || self.hint(values));
    }

    fn note(&self, values: [&Variable; 2]) {
        let is_equality = matches!(self.comparator, Comparator::Equal | Comparator::NotEqual);
        let operator = self.operator();
        match values {
            [Variable::String(_), Variable::Number(_)] | [Variable::Number(_), Variable::String(_)] => {
                self.note_text_and_number(Some(values));
            }
            [Variable::String(_), Variable::String(_)] if !is_equality => {
                let message =
                    || format!("only numbers can be ordered, so `{operator}` is never true for texts");
                self.watched.note(self.offset, message, || self.hint(Some(values)));
            }
            [Variable::String(left), Variable::String(right)] if left != right => {
                if let (Some(one), Some(other)) = (number(left), number(right))
                    && one == other
                {
                    let message = || format!("`{left}` and `{right}` are different texts for `{operator}`");
                    self.watched.note(self.offset, message, || self.hint(Some(values)));
                }
            }
            _ => {}
        }
    }

    /// Returns a comparison that works.
    fn hint(&self, values: Option<[&Variable; 2]>) -> String {
        let [left, right] = &self.sides;
        let is_equality = matches!(self.comparator, Comparator::Equal | Comparator::NotEqual);
        let [value, other] = match values {
            Some([left, right]) => [Some(left), Some(right)],
            None => [None, None],
        };
        let texts = [value, other].map(|value| value.and_then(Variable::as_string));
        let is_id = texts.iter().flatten().any(|text| !is_numeric(text));
        if is_id && is_equality {
            return "write the number as text, in single quotes".to_owned();
        }
        if is_id {
            return "order numbers only; texts can be sorted with `sort_by`".to_owned();
        }
        format!("compare numbers: {} {} {}", left.as_number(value), self.operator(), right.as_number(other))
    }
}

impl Function for Comparison {
    fn evaluate(&self, args: &[Rcvar], _: &mut Context<'_>) -> SearchResult {
        let [left, right] = args else { unreachable!("a comparison has two sides") };
        self.note([left, right]);
        let result = left.compare(&self.comparator, right);
        Ok(Rcvar::new(result.map_or(Variable::Null, Variable::Bool)))
    }
}

/// A function that orders or searches texts, which notes when they are amounts.
struct Ordering {
    name: &'static str,
    watched: Watched,
}

impl Function for Ordering {
    fn evaluate(&self, args: &[Rcvar], context: &mut Context<'_>) -> SearchResult {
        let (at, name) = (context.offset, self.name);
        let list = args.first().and_then(|list| list.as_array());
        match (list, args.get(1).map(|argument| &**argument)) {
            (Some(list), Some(Variable::Number(_)))
                if name == "contains"
                    && list.iter().any(|value| value.as_string().is_some_and(|text| is_numeric(text))) =>
            {
                let message = || "the list contains texts, and a text never equals a number".to_owned();
                self.watched.note(at, message, || "write the number as text, in single quotes".to_owned());
            }
            (Some(list), Some(Variable::Expref(key))) => {
                let keys = list.iter().map(|element| interpret(element, key, context));
                let keys = keys.collect::<Result<Vec<_>, _>>()?;
                if are_amounts(&keys) {
                    let key = spelling(key).unwrap_or_else(|| "…".to_owned());
                    let message =
                        || format!("`{name}` compares amounts as texts, so `9.00` comes after `10.00`");
                    self.watched
                        .note(at, message, || format!("compare numbers: {name}(…, &to_number({key}))"));
                }
                context.offset = at;
            }
            (Some(list), None) if are_amounts(list) => {
                let message = || format!("`{name}` compares amounts as texts, so `9.00` comes after `10.00`");
                self.watched.note(at, message, || format!("compare numbers: {name}(map(&to_number(@), …))"));
            }
            _ => {}
        }
        builtin(name, args, context)
    }
}

/// Returns whether texts are amounts: all are numbers, and one has a decimal point, or their order as numbers differs.
fn are_amounts(values: &[Rcvar]) -> bool {
    let texts: Option<Vec<_>> = values.iter().map(|value| value.as_string()).collect();
    let numbers: Option<Vec<_>> = texts.iter().flatten().map(|text| number(text)).collect();
    let (Some(texts), Some(numbers)) = (texts, numbers) else { return false };
    let differ =
        |(texts, numbers): (&[&String], &[Decimal])| texts[0].cmp(texts[1]) != numbers[0].cmp(&numbers[1]);
    texts.iter().any(|text| text.contains('.')) || texts.windows(2).zip(numbers.windows(2)).any(differ)
}

/// The average. For an empty list it is null, as in the specification.
struct Average;

impl Function for Average {
    fn evaluate(&self, args: &[Rcvar], context: &mut Context<'_>) -> SearchResult {
        match args {
            [list] if list.as_array().is_some_and(Vec::is_empty) => Ok(Rcvar::new(Variable::Null)),
            _ => builtin("avg", args, context),
        }
    }
}

fn builtin(name: &str, args: &[Rcvar], context: &mut Context<'_>) -> SearchResult {
    DEFAULT_RUNTIME.get_function(name).expect("the specification defines it").evaluate(args, context)
}
