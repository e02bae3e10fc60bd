//! Runs expressions, by the crate `cel`.

use std::sync::Arc;

use cel::common::ast::{CallExpr, Expr, IdedExpr, ListExpr, LiteralValue, operators};
use cel::common::types::{self, CelInt, CelString};
use cel::common::value::CowVal;
use cel::objects::Value;
use cel::{Context, Env, ExecutionError};

use crate::age;
use crate::given::{Read, day};
use crate::grammar::{ENV, Node, Operation};
use crate::set::Input;

/// What stands before the names of inputs here: no type or function of CEL begins so.
const INPUT: char = '@';
/// What stands before the names of inputs whose presence is asked for.
const KNOWN: char = '?';

const YEARS: &str = "full_years";
const DAYS: &str = "days_between";
/// What `full_years` says when its days are the wrong way round.
const REVERSED: &str = "reversed";

/// Values by the names of their inputs; what is absent is not there.
#[derive(Debug, Default)]
pub(crate) struct Bound(pub Vec<(String, Option<Read>)>);

/// Why an expression gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// An input that is absent was read.
    Absent(String),
    /// 除以零
    Zero,
    /// 超出整数范围
    Overflow,
    /// The later of two days stands first.
    Reversed,
    /// Anything else; a checked expression gives none.
    Other,
}

impl Failure {
    /// Stable code.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Absent(_) => "missing",
            Self::Zero => "division_by_zero",
            Self::Overflow => "overflow",
            Self::Reversed => "days_reversed",
            Self::Other => "error",
        }
    }

    /// Text for people.
    pub(crate) fn reason(&self, inputs: &[Input]) -> String {
        match self {
            Self::Absent(name) => {
                let input = inputs.iter().find(|input| &input.name == name);
                format!("没有“{}”", input.map_or(name.as_str(), |input| &input.meaning))
            }
            Self::Zero => "除数为零".to_owned(),
            Self::Overflow => "计算结果超出整数范围".to_owned(),
            Self::Reversed => "计算周岁的起始日期晚于截止日期".to_owned(),
            Self::Other => "计算出错".to_owned(),
        }
    }
}

/// Adds what rules have beside CEL's own.
pub(crate) fn add_functions(env: &mut Env) {
    let days = || vec![types::STRING_TYPE, types::STRING_TYPE];
    // Fails only for a name that is taken, and these are ours.
    let _ = env.add_overload(YEARS, "full_years_date_date", days(), full_years);
    let _ = env.add_overload(DAYS, "days_between_date_date", days(), days_between);
}

fn two_days(
    function: &str,
    arguments: &[CowVal<'_, '_>],
) -> Result<(chrono::NaiveDate, chrono::NaiveDate), ExecutionError> {
    let read = |at: usize| {
        let text = arguments.get(at)?.downcast_ref::<CelString<'_>>()?;
        day(text.inner())
    };
    read(0).zip(read(1)).ok_or_else(|| ExecutionError::function_error(function, "not two days"))
}

fn full_years<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let (from, to) = two_days(YEARS, &arguments)?;
    let years = age::full_years(from, to);
    let years = years.ok_or_else(|| ExecutionError::function_error(YEARS, REVERSED))?;
    Ok(CowVal::owned(CelInt::from(years)))
}

fn days_between<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let (from, to) = two_days(DAYS, &arguments)?;
    Ok(CowVal::owned(CelInt::from(age::days_between(from, to))))
}

/// The value of an expression.
fn value(node: &Node, bound: &Bound) -> Result<Value, Failure> {
    let mut context = Context::with_env(Arc::clone(&ENV));
    for (name, read) in &bound.0 {
        context.add_variable_from_value(format!("{KNOWN}{name}"), read.is_some());
        if let Some(read) = read {
            context.add_variable_from_value(format!("{INPUT}{name}"), plain(read));
        }
    }
    context.resolve(&tree(node)).map_err(|error| match error {
        ExecutionError::UndeclaredReference(name) => {
            Failure::Absent(name.trim_start_matches(INPUT).to_owned())
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => Failure::Zero,
        ExecutionError::Overflow(..) => Failure::Overflow,
        ExecutionError::FunctionError { message, .. } if message == REVERSED => Failure::Reversed,
        _ => Failure::Other,
    })
}

/// What an expression comes to; `None` for one that is neither true nor false.
pub(crate) fn run(node: &Node, bound: &Bound) -> Result<Option<bool>, Failure> {
    value(node, bound).map(|value| match value {
        Value::Bool(held) => Some(held),
        _ => None,
    })
}

/// Whether an expression that reads nothing is zero.
pub(crate) fn is_zero(node: &Node) -> bool {
    node.inputs().is_empty() && value(node, &Bound::default()) == Ok(Value::Int(0))
}

fn plain(read: &Read) -> Value {
    match read {
        Read::Boolean(value) => Value::from(*value),
        Read::Integer(value) => Value::from(*value),
        Read::Text(text) | Read::Date(text) => Value::from(text.clone()),
        Read::Texts(texts) => Value::from(texts.clone()),
    }
}

/// CEL's tree of ours.
fn tree(node: &Node) -> IdedExpr {
    let call = |name: &str, parts: &[Node]| {
        let args = parts.iter().map(tree).collect();
        Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args })
    };
    let text = |text: &str| Expr::Literal(LiteralValue::String(text.to_owned().into()));
    let expr = match node {
        Node::Boolean(value) => Expr::Literal(LiteralValue::Boolean((*value).into())),
        Node::Integer(value) => Expr::Literal(LiteralValue::Int((*value).into())),
        Node::Text(value) | Node::Date(value) => text(value),
        Node::List(items) => Expr::List(ListExpr::new(items.iter().map(tree).collect())),
        Node::Input(name) => Expr::Ident(format!("{INPUT}{name}")),
        Node::Known(name) => Expr::Ident(format!("{KNOWN}{name}")),
        Node::Not(one) => call(operators::LOGICAL_NOT, std::slice::from_ref(one)),
        Node::Negative(one) => call(operators::NEGATE, std::slice::from_ref(one)),
        Node::Two(operation, two) => call(cel_name(*operation), two.as_slice()),
        Node::Choose(three) => call(operators::CONDITIONAL, three.as_slice()),
        Node::FullYears(two) => call(YEARS, two.as_slice()),
        Node::DaysBetween(two) => call(DAYS, two.as_slice()),
        Node::StartsWith(two) => Expr::Call(CallExpr {
            func_name: "startsWith".to_owned(),
            target: Some(Box::new(tree(&two[0]))),
            args: vec![tree(&two[1])],
        }),
    };
    IdedExpr { id: 0, expr }
}

fn cel_name(operation: Operation) -> &'static str {
    // Every operation is in the table.
    Operation::ALL.iter().find(|(one, _)| *one == operation).map_or("", |(_, name)| name)
}
