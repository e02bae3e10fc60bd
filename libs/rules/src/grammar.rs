//! The part of CEL that rules are written in, and its tree.
//!
//! Everything else of CEL is refused by name. What is checked, written out in Chinese and run is this tree, never the
//! text: nothing can be run that was not checked.

use std::sync::{Arc, LazyLock};

use cel::Env;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::bounds::{DEPTH, PARTS};
use crate::given::day;
use crate::scan::{Fault, MARKS, scan};

/// CEL without macros (they are its loops) and without optional values.
pub(crate) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::default().with_optional_support(false).with_stdlib();
    crate::evaluate::add_functions(&mut env);
    Arc::new(env)
});

/// Names that no input may have: CEL's own words and ours.
pub(crate) const RESERVED: [&str; 34] = [
    "as",
    "bool",
    "break",
    "bytes",
    "const",
    "continue",
    "date",
    "days_between",
    "double",
    "dyn",
    "else",
    "false",
    "for",
    "full_years",
    "function",
    "if",
    "import",
    "in",
    "int",
    "known",
    "let",
    "list",
    "loop",
    "map",
    "namespace",
    "null",
    "package",
    "return",
    "string",
    "true",
    "type",
    "uint",
    "var",
    "while",
];

/// Operations on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    And,
    Or,
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Plus,
    Minus,
    Times,
    Over,
    Remainder,
    OneOf,
}

impl Operation {
    /// CEL's name of each.
    pub(crate) const ALL: [(Self, &str); 14] = [
        (Self::And, operators::LOGICAL_AND),
        (Self::Or, operators::LOGICAL_OR),
        (Self::Equal, operators::EQUALS),
        (Self::Unequal, operators::NOT_EQUALS),
        (Self::Less, operators::LESS),
        (Self::AtMost, operators::LESS_EQUALS),
        (Self::Greater, operators::GREATER),
        (Self::AtLeast, operators::GREATER_EQUALS),
        (Self::Plus, operators::ADD),
        (Self::Minus, operators::SUBSTRACT),
        (Self::Times, operators::MULTIPLY),
        (Self::Over, operators::DIVIDE),
        (Self::Remainder, operators::MODULO),
        (Self::OneOf, operators::IN),
    ];

    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, cel)| *cel == name).map(|(operation, _)| *operation)
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Boolean(bool),
    Integer(i64),
    Text(String),
    /// `date("2026-06-01")`
    Date(String),
    List(Vec<Node>),
    Input(String),
    /// `known(x)`: whether the source has such a thing.
    Known(String),
    Not(Box<Node>),
    Negative(Box<Node>),
    Two(Operation, Box<[Node; 2]>),
    /// `a ? b : c`
    Choose(Box<[Node; 3]>),
    /// `full_years(from, to)`
    FullYears(Box<[Node; 2]>),
    /// `days_between(from, to)`
    DaysBetween(Box<[Node; 2]>),
    /// `text.startsWith(prefix)`
    StartsWith(Box<[Node; 2]>),
}

impl Node {
    /// Its parts, from left to right.
    pub(crate) fn parts(&self) -> &[Node] {
        match self {
            Self::Boolean(_) | Self::Integer(_) | Self::Text(_) | Self::Date(_) => &[],
            Self::Input(_) | Self::Known(_) => &[],
            Self::List(items) => items,
            Self::Not(one) | Self::Negative(one) => std::slice::from_ref(one),
            Self::Two(_, two)
            | Self::FullYears(two)
            | Self::DaysBetween(two)
            | Self::StartsWith(two) => two.as_slice(),
            Self::Choose(three) => three.as_slice(),
        }
    }

    /// Calls `each` with this node and everything in it.
    pub(crate) fn walk<'n>(&'n self, each: &mut impl FnMut(&'n Node)) {
        each(self);
        self.parts().iter().for_each(|part| part.walk(each));
    }

    /// The inputs it names, each once, in the order of their names.
    pub(crate) fn inputs(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.walk(&mut |node| {
            if let Self::Input(name) | Self::Known(name) = node {
                names.push(name.clone());
            }
        });
        names.sort();
        names.dedup();
        names
    }
}

/// Reads an expression.
///
/// # Errors
/// Those of [`scan`](mod@crate::scan); `unparsable`; `unsupported`, `marks`, `loop`, `unknown_function`, `arguments`, `bad_date`;
/// `too_deep`, `too_large`. All that can be told at once are.
pub(crate) fn parse(expression: &str) -> Result<Node, Vec<Fault>> {
    let faults = scan(expression);
    if !faults.is_empty() {
        return Err(faults);
    }
    let parser = ENV.parser().max_recursion_depth(DEPTH as u16).error_recovery_limit(4);
    let tree = parser.parse(expression).map_err(|errors| {
        let place = errors.errors.first().map_or(0, |error| error.pos.1.max(0));
        vec![("unparsable", format!("表达式无法解析，错误在第 {} 个字符附近", place + 1))]
    })?;
    let mut reader = Reader { parts: 0, faults: Vec::new() };
    let node = reader.node(&tree, 0);
    match node {
        Some(node) if reader.faults.is_empty() => Ok(node),
        _ => Err(reader.faults),
    }
}

/// Turns CEL's tree into ours.
struct Reader {
    parts: usize,
    faults: Vec<Fault>,
}

impl Reader {
    fn fault<T>(&mut self, code: &'static str, message: impl Into<String>) -> Option<T> {
        let fault = (code, message.into());
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        None
    }

    fn node(&mut self, tree: &IdedExpr, depth: usize) -> Option<Node> {
        self.parts += 1;
        if self.parts > PARTS {
            return self.fault("too_large", format!("表达式过长：组成部分不得超过 {PARTS} 个"));
        }
        if depth > DEPTH {
            return self.fault("too_deep", format!("表达式的运算嵌套不得超过 {DEPTH} 层"));
        }
        match &tree.expr {
            Expr::Literal(LiteralValue::Boolean(value)) => Some(Node::Boolean(*value.inner())),
            Expr::Literal(LiteralValue::Int(value)) => Some(Node::Integer(*value.inner())),
            Expr::Literal(LiteralValue::String(value)) if value.inner().contains(MARKS) => {
                self.fault("marks", "文本中不得含有【】和中文引号")
            }
            Expr::Literal(LiteralValue::String(value)) => {
                Some(Node::Text(value.inner().to_owned()))
            }
            Expr::Literal(LiteralValue::Double(_)) => {
                self.fault("unsupported", "表达式不支持小数；金额以分为单位")
            }
            Expr::Ident(name) => Some(Node::Input(name.clone())),
            Expr::Call(call) => self.call(call, depth + 1),
            Expr::List(list) => {
                let items: Vec<_> =
                    list.elements.iter().map(|item| self.node(item, depth + 1)).collect();
                items.into_iter().collect::<Option<_>>().map(Node::List)
            }
            Expr::Comprehension(_) => self.fault("loop", "表达式不支持循环和逐项计算"),
            Expr::Select(_) => {
                self.fault("unsupported", "表达式不支持用“.”取下级字段，请将该字段声明为输入项")
            }
            _ => self.fault(
                "unsupported",
                "表达式只支持整数、文本、日期、是否和列表，不支持空值、映射、结构和字节",
            ),
        }
    }

    /// As many parts as there are, or a fault.
    fn exactly<const N: usize>(&mut self, call: &CallExpr, depth: usize) -> Option<[Node; N]> {
        let whole = call.target.iter().map(Box::as_ref).chain(&call.args);
        let parts: Vec<_> = whole.map(|part| self.node(part, depth)).collect();
        let count = parts.len();
        if count != N {
            let name = &call.func_name;
            return self.fault("arguments", format!("“{name}”需要 {N} 项参数，实有 {count} 项"));
        }
        let parts: Vec<Node> = parts.into_iter().collect::<Option<_>>()?;
        parts.try_into().ok()
    }

    fn call(&mut self, call: &CallExpr, depth: usize) -> Option<Node> {
        let name = call.func_name.as_str();
        if let Some(operation) = Operation::of(name) {
            return self.exactly(call, depth).map(|two| Node::Two(operation, Box::new(two)));
        }
        if (name == "startsWith") != call.target.is_some() {
            let looping = ["all", "exists", "exists_one", "map", "filter"].contains(&name);
            return if looping {
                self.fault("loop", "表达式不支持循环和逐项计算")
            } else {
                self.fault("unknown_function", format!("不支持“{name}”的这种调用方式"))
            };
        }
        match name {
            operators::LOGICAL_NOT => {
                self.exactly(call, depth).map(|[one]| Node::Not(Box::new(one)))
            }
            operators::NEGATE => {
                self.exactly(call, depth).map(|[one]| Node::Negative(Box::new(one)))
            }
            operators::CONDITIONAL => {
                self.exactly(call, depth).map(|three| Node::Choose(Box::new(three)))
            }
            "full_years" => self.exactly(call, depth).map(|two| Node::FullYears(Box::new(two))),
            "days_between" => self.exactly(call, depth).map(|two| Node::DaysBetween(Box::new(two))),
            "startsWith" => self.exactly(call, depth).map(|two| Node::StartsWith(Box::new(two))),
            "known" => match self.exactly(call, depth)? {
                [Node::Input(name)] => Some(Node::Known(name)),
                _ => self.fault("arguments", "known 的参数应为一个输入项"),
            },
            "date" => match self.exactly(call, depth)? {
                [Node::Text(text)] if day(&text).is_some() => Some(Node::Date(text)),
                _ => {
                    self.fault("bad_date", "date 的参数应为真实存在的日期，如 date(\"2026-06-01\")")
                }
            },
            operators::INDEX => self.fault("unsupported", "表达式不支持按位置取列表中的值"),
            other => self.fault("unknown_function", format!("没有名为“{other}”的函数")),
        }
    }
}
