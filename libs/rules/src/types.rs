//! Types of expressions, and what can be told of them before there is any case.

use crate::evaluate::{self, Bound};
use crate::grammar::{Node, Operation};
use crate::scan::Fault;
use crate::set::{Input, Kind};

/// Type of an expression: that of an input, or a list written in the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    One(Kind),
    ListOf(Kind),
}

const BOOLEAN: Type = Type::One(Kind::Boolean);
const INTEGER: Type = Type::One(Kind::Integer);
const TEXT: Type = Type::One(Kind::Text);
const DATE: Type = Type::One(Kind::Date);

/// Every fault of a condition's expression.
///
/// Codes: `unknown_input`, `type_mismatch`, `unknown_choice`; `never_judged` for a part that fails whatever the case is
/// (a division by zero, numbers too large); `constant` for a condition that reads nothing.
pub(crate) fn check(node: &Node, inputs: &[Input]) -> Vec<Fault> {
    let mut checker = Checker { inputs, faults: Vec::new() };
    match checker.of(node) {
        Some(BOOLEAN) | None => {}
        Some(_) => checker.fault("type_mismatch", "条件的结果应为是或否"),
    }
    if checker.faults.is_empty() {
        checker.fixed(node);
    }
    if node.inputs().is_empty() {
        checker.fault("constant", "条件没有使用任何输入项，结果总是一样");
    }
    checker.faults
}

struct Checker<'i> {
    inputs: &'i [Input],
    faults: Vec<Fault>,
}

impl<'i> Checker<'i> {
    fn fault(&mut self, code: &'static str, message: impl Into<String>) {
        let fault = (code, message.into());
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn input(&mut self, name: &str) -> Option<&'i Input> {
        let inputs = self.inputs;
        let found = inputs.iter().find(|input| input.name == name);
        if found.is_none() {
            self.fault("unknown_input", format!("表达式使用了没有声明的输入项“{name}”"));
        }
        found
    }

    /// Demands a type of a part whose own is known.
    fn demand(&mut self, part: &Node, wanted: Type, what: &str) {
        let found = self.of(part);
        self.same(found, wanted, what);
    }

    fn same(&mut self, found: Option<Type>, wanted: Type, what: &str) {
        if let Some(found) = found
            && found != wanted
        {
            let (wanted, found) = (name(wanted), name(found));
            self.fault("type_mismatch", format!("{what}应为{wanted}，实为{found}"));
        }
    }

    /// The type of a part; `None` if a fault keeps it from being known.
    fn of(&mut self, node: &Node) -> Option<Type> {
        match node {
            Node::Boolean(_) => Some(BOOLEAN),
            Node::Integer(_) => Some(INTEGER),
            Node::Text(_) => Some(TEXT),
            Node::Date(_) => Some(DATE),
            Node::Input(name) => self.input(name).map(|input| Type::One(input.kind)),
            Node::Known(name) => self.input(name).map(|_| BOOLEAN),
            Node::List(items) => self.list(items),
            Node::Not(one) => {
                self.demand(one, BOOLEAN, "“!”后");
                Some(BOOLEAN)
            }
            Node::Negative(one) => {
                self.demand(one, INTEGER, "负号后");
                Some(INTEGER)
            }
            Node::Two(operation, two) => self.two(*operation, two),
            Node::Choose(three) => {
                let [condition, yes, no] = three.as_ref();
                self.demand(condition, BOOLEAN, "“?”前");
                let (yes, no) = (self.of(yes), self.of(no));
                self.same(no, yes?, "“:”后");
                yes
            }
            Node::FullYears(two) | Node::DaysBetween(two) => {
                two.iter().for_each(|part| self.demand(part, DATE, "日期函数的参数"));
                Some(INTEGER)
            }
            Node::StartsWith(two) => {
                two.iter().for_each(|part| self.demand(part, TEXT, "startsWith 的两边"));
                Some(BOOLEAN)
            }
        }
    }

    fn list(&mut self, items: &[Node]) -> Option<Type> {
        let types: Vec<Option<Type>> = items.iter().map(|item| self.of(item)).collect();
        match types.first().copied() {
            None => {
                self.fault("type_mismatch", "列表不能为空");
                None
            }
            Some(first) => {
                let Type::One(kind) = first? else {
                    self.fault("type_mismatch", "列表中不能再有列表");
                    return None;
                };
                types.into_iter().for_each(|one| self.same(one, Type::One(kind), "列表各项"));
                Some(Type::ListOf(kind))
            }
        }
    }

    fn two(&mut self, operation: Operation, two: &[Node; 2]) -> Option<Type> {
        use Operation::{
            And, AtLeast, AtMost, Equal, Greater, Less, Minus, OneOf, Or, Over, Plus, Remainder,
            Times, Unequal,
        };
        let [left, right] = two;
        match operation {
            And | Or => {
                two.iter().for_each(|part| self.demand(part, BOOLEAN, "“&&”“||”的两边"));
                Some(BOOLEAN)
            }
            Plus | Minus | Times | Over | Remainder => {
                two.iter().for_each(|part| self.demand(part, INTEGER, "算术运算的两边"));
                Some(INTEGER)
            }
            Equal | Unequal | Less | AtMost | Greater | AtLeast => {
                let (one, other) = (self.of(left), self.of(right));
                let ordered = !matches!(operation, Equal | Unequal);
                for side in [one, other].into_iter().flatten() {
                    let fits = match side {
                        INTEGER | DATE => true,
                        BOOLEAN | TEXT => !ordered,
                        _ => false,
                    };
                    if !fits {
                        let what = format!("{}不能这样比较", name(side));
                        self.fault("type_mismatch", what);
                    }
                }
                if let Some(one) = one {
                    self.same(other, one, "比较的右边");
                }
                self.choices(left, std::slice::from_ref(right));
                self.choices(right, std::slice::from_ref(left));
                Some(BOOLEAN)
            }
            OneOf => {
                let (one, other) = (self.of(left), self.of(right));
                match (one, other) {
                    (Some(Type::One(kind)), Some(Type::ListOf(_))) => {
                        self.same(other, Type::ListOf(kind), "“in”的右边");
                    }
                    (one, Some(Type::One(Kind::TextList))) => self.same(one, TEXT, "“in”的左边"),
                    (_, None) | (None, Some(Type::ListOf(_))) => {}
                    (_, Some(_)) => self.fault("type_mismatch", "“in”的右边应为列表"),
                }
                if let Node::List(items) = right {
                    self.choices(left, items);
                }
                self.choices(right, std::slice::from_ref(left));
                Some(BOOLEAN)
            }
        }
    }

    /// Texts that an input cannot have make a comparison useless: most often one of them is misspelt.
    fn choices(&mut self, input: &Node, texts: &[Node]) {
        let Node::Input(name) = input else { return };
        let Some(input) = self.inputs.iter().find(|input| &input.name == name) else { return };
        if input.choices.is_empty() {
            return;
        }
        for text in texts {
            if let Node::Text(text) = text
                && input.choices.iter().all(|choice| &choice.value != text)
            {
                let message = format!("“{}”的值域中没有“{text}”", input.meaning);
                self.fault("unknown_choice", message);
            }
        }
    }

    /// Runs every part that reads nothing: what fails there fails in every case.
    fn fixed(&mut self, node: &Node) {
        if node.inputs().is_empty() {
            // A list on its own is only read by the operation around it.
            if let Err(failure) = evaluate::run(node, &Bound::default()) {
                self.fault("never_judged", format!("条件永远无法判定：{}", failure.reason(&[])));
            }
            return;
        }
        if let Node::Two(Operation::Over | Operation::Remainder, two) = node
            && evaluate::is_zero(&two[1])
        {
            self.fault("never_judged", "条件永远无法判定：除数为零");
        }
        node.parts().iter().for_each(|part| self.fixed(part));
    }
}

fn name(one: Type) -> String {
    match one {
        Type::One(kind) => kind.name_zh().to_owned(),
        Type::ListOf(kind) => format!("{}的列表", kind.name_zh()),
    }
}
