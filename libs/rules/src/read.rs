//! Writes an expression out in Chinese (规则释读), for people who sign it and do not read CEL. It is made from what is
//! run, so it cannot say anything else.

use crate::grammar::{Node, Operation};
use crate::set::{Input, Kind};

/// The expression in Chinese.
pub(crate) fn read(node: &Node, inputs: &[Input]) -> String {
    Reader { inputs }.node(node)
}

struct Reader<'i> {
    inputs: &'i [Input],
}

impl Reader<'_> {
    fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == name)
    }

    fn meaning<'n>(&'n self, name: &'n str) -> &'n str {
        self.input(name).map_or(name, |input| &input.meaning)
    }

    fn node(&self, node: &Node) -> String {
        match node {
            Node::Boolean(true) => "是".to_owned(),
            Node::Boolean(false) => "否".to_owned(),
            Node::Integer(number) => number.to_string(),
            Node::Text(text) => format!("“{text}”"),
            Node::Date(day) => day.clone(),
            Node::List(items) => self.list(items, None),
            Node::Input(name) => format!("【{}】", self.meaning(name)),
            Node::Known(name) => format!("查有【{}】", self.meaning(name)),
            Node::Not(one) => match one.as_ref() {
                Node::Known(name) => format!("查无【{}】", self.meaning(name)),
                one => format!("并非{}", self.part(one)),
            },
            Node::Negative(one) => format!("负{}", self.part(one)),
            Node::Two(operation, two) => self.two(*operation, two),
            Node::Choose(three) => {
                let [condition, yes, no] = three.as_ref();
                let [condition, yes, no] = [condition, yes, no].map(|part| self.part(part));
                format!("如果{condition}，则{yes}，否则{no}")
            }
            Node::FullYears(two) => {
                format!("自{}至{}的周岁数", self.part(&two[0]), self.part(&two[1]))
            }
            Node::DaysBetween(two) => {
                format!("自{}至{}的天数", self.part(&two[0]), self.part(&two[1]))
            }
            Node::StartsWith(two) => {
                format!("{}以{}开头", self.part(&two[0]), self.part(&two[1]))
            }
        }
    }

    /// In brackets, where it would run into what stands beside it.
    fn part(&self, node: &Node) -> String {
        let text = self.node(node);
        if matches!(node, Node::Two(..) | Node::Choose(_) | Node::StartsWith(_)) {
            format!("（{text}）")
        } else {
            text
        }
    }

    fn two(&self, operation: Operation, two: &[Node; 2]) -> String {
        let [left, right] = two;
        let days = self.is_day(left) || self.is_day(right);
        let word = match operation {
            // All of one kind read on without brackets.
            Operation::And => return self.chain(operation, two, "，并且"),
            Operation::Or => return self.chain(operation, two, "，或者"),
            Operation::Equal => "等于",
            Operation::Unequal => "不等于",
            Operation::Less if days => "早于",
            Operation::AtMost if days => "不晚于",
            Operation::Greater if days => "晚于",
            Operation::AtLeast if days => "不早于",
            Operation::Less => "小于",
            Operation::AtMost => "不大于",
            Operation::Greater => "大于",
            Operation::AtLeast => "不小于",
            Operation::Plus => "加",
            Operation::Minus => "减",
            Operation::Times => "乘以",
            Operation::Over => "除以（只取整数）",
            Operation::Remainder => "除以（只取余数）",
            Operation::OneOf => "属于",
        };
        format!("{}{word}{}", self.beside(left, right), self.beside(right, left))
    }

    fn chain(&self, operation: Operation, parts: &[Node], word: &str) -> String {
        let each = parts.iter().map(|part| match part {
            Node::Two(same, two) if *same == operation => {
                self.chain(operation, two.as_slice(), word)
            }
            Node::Two(Operation::And | Operation::Or, _) | Node::Choose(_) => self.part(part),
            part => self.node(part),
        });
        each.collect::<Vec<_>>().join(word)
    }

    /// A part beside another one: codes are called by their names.
    fn beside(&self, part: &Node, other: &Node) -> String {
        let named = if let Node::Input(name) = other { self.input(name) } else { None };
        match part {
            Node::Text(_) => self.choice(part, named),
            Node::List(items) => self.list(items, named),
            part => self.part(part),
        }
    }

    fn list(&self, items: &[Node], named: Option<&Input>) -> String {
        let items: Vec<String> = items.iter().map(|item| self.choice(item, named)).collect();
        format!("〔{}〕之一", items.join("、"))
    }

    fn choice(&self, item: &Node, named: Option<&Input>) -> String {
        if let (Node::Text(text), Some(input)) = (item, named)
            && let Some(choice) = input.choices.iter().find(|choice| &choice.value == text)
        {
            return format!("“{}”（{text}）", choice.name);
        }
        self.part(item)
    }

    fn is_day(&self, node: &Node) -> bool {
        match node {
            Node::Date(_) => true,
            Node::Input(name) => self.input(name).is_some_and(|input| input.kind == Kind::Date),
            Node::Choose(three) => self.is_day(&three[1]),
            _ => false,
        }
    }
}
