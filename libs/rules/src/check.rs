//! Everything that is wrong with a draft, told at once.

use std::collections::BTreeSet;

use tongban_kernel::{Faults, FieldFault};

use crate::bounds::{CHOICES, CONDITIONS, INPUTS, NAME, TEXT};
use crate::grammar::{self, Node, RESERVED};
use crate::scan::{MARKS, is_unseen};
use crate::set::{Choice, Condition, Input, Kind, RuleSet, Source};
use crate::types;

/// What is known of the place where an input is to be had from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It gives values of this type; `None`: of one that no rule can read.
    Value(Option<Kind>),
    /// There is no such form, type of licence or resource.
    NoSource,
    /// It has no such field.
    NoField,
    /// It has, but the body was not granted it (未获授权).
    NotGranted,
    /// The body was granted it made unrecognisable (仅授权脱敏内容): nothing can be judged by it.
    Masked,
}

/// Who knows what can be had.
pub trait Offer {
    /// What is to be had from `source`. Clocks are not asked for.
    fn offered(&self, source: &Source) -> Offered;
}

/// Every fault of a rule set, its sources included; none if it is as it should be.
///
/// Codes: `required`, `too_long`, `too_many`, `duplicate`, `unseen_character`, `marks`; `bad_name`, `reserved_name`,
/// `unused_input`, `choices_not_allowed`, `type_mismatch`; `unknown_source`, `undeclared_field`, `not_granted`, `masked`; those
/// of an expression: `escape`, `comment`, `too_deep`, `too_large`, `unparsable`, `unsupported`, `loop`,
/// `unknown_function`, `arguments`, `bad_date`, `unknown_input`, `unknown_choice`, `constant`, `never_judged`.
pub fn check(set: &RuleSet, offer: &impl Offer) -> Vec<FieldFault> {
    let mut faults = Faults::new();
    compiled(set, &mut faults);
    for (index, input) in set.inputs.iter().enumerate().take(INPUTS) {
        sourced(index, input, offer, &mut faults);
    }
    list(faults)
}

/// The expressions of a set that has no fault but, perhaps, in its sources.
///
/// # Errors
/// All of them.
pub(crate) fn compile(set: &RuleSet) -> Result<Vec<Node>, Vec<FieldFault>> {
    let mut faults = Faults::new();
    let nodes = compiled(set, &mut faults);
    let faults = list(faults);
    if faults.is_empty() { Ok(nodes) } else { Err(faults) }
}

fn list(faults: Faults) -> Vec<FieldFault> {
    let fault = faults.into_result("invalid_rules", "规则有误").err();
    fault.map(|fault| fault.errors().to_vec()).unwrap_or_default()
}

fn compiled(set: &RuleSet, faults: &mut Faults) -> Vec<Node> {
    text("/title", &set.title, TEXT, faults);
    text("/basis", &set.basis, TEXT, faults);
    if set.inputs.len() > INPUTS {
        faults.add("/inputs", "too_many", format!("输入项不得超过 {INPUTS} 个"));
    }
    if set.conditions.is_empty() {
        faults.add("/conditions", "required", "至少要有一项审批条件");
    }
    if set.conditions.len() > CONDITIONS {
        faults.add("/conditions", "too_many", format!("审批条件不得超过 {CONDITIONS} 项"));
    }
    let mut names = BTreeSet::new();
    for (index, input) in set.inputs.iter().enumerate().take(INPUTS) {
        check_input(index, input, faults);
        if !names.insert(input.name.as_str()) {
            faults.add(format!("/inputs/{index}/name"), "duplicate", "输入项的变量名重复");
        }
    }
    let mut numbers = BTreeSet::new();
    let mut nodes = Vec::new();
    // What cannot be parsed may use any input: nothing is said of unused ones then.
    let mut parsed = true;
    for (index, condition) in set.conditions.iter().enumerate().take(CONDITIONS) {
        if !numbers.insert(condition.number.as_str()) {
            faults.add(format!("/conditions/{index}/number"), "duplicate", "审批条件的编号重复");
        }
        match check_condition(index, condition, &set.inputs, faults) {
            Some(node) => nodes.push(node),
            None => parsed = false,
        }
    }
    let used: BTreeSet<String> = nodes.iter().flat_map(Node::inputs).collect();
    for (index, input) in set.inputs.iter().enumerate().take(INPUTS) {
        if parsed && !used.contains(&input.name) {
            let message = "没有条件使用该输入项；与审批无关的数据不得调取（个人信息保护法第六条）";
            faults.add(format!("/inputs/{index}"), "unused_input", message);
        }
    }
    nodes
}

fn text(pointer: &str, text: &str, longest: usize, faults: &mut Faults) {
    if text.trim().is_empty() {
        faults.add(pointer, "required", "不能为空");
    }
    if text.chars().nth(longest).is_some() {
        faults.add(pointer, "too_long", format!("不得超过 {longest} 个字符"));
    }
    if text.contains(is_unseen) {
        faults.add(pointer, "unseen_character", "含有换行、控制字符或不可见字符");
    }
}

/// The same for what stands in readings.
fn read_text(pointer: &str, one: &str, longest: usize, faults: &mut Faults) {
    text(pointer, one, longest, faults);
    if one.contains(MARKS) {
        faults.add(pointer, "marks", "不得含有【】和中文引号");
    }
}

fn check_input(index: usize, input: &Input, faults: &mut Faults) {
    let at = |field: &str| format!("/inputs/{index}/{field}");
    let name = &input.name;
    let shaped = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= NAME
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !shaped {
        let message =
            format!("变量名由小写字母、数字和下划线组成，以字母开头，不超过 {NAME} 个字符");
        faults.add(at("name"), "bad_name", message);
    }
    if RESERVED.contains(&name.as_str()) {
        faults.add(at("name"), "reserved_name", "该变量名是表达式的保留字或函数名");
    }
    read_text(&at("meaning"), &input.meaning, TEXT, faults);
    match &input.source {
        Source::Form { pointer } if !pointer.starts_with('/') => {
            faults.add(at("source/pointer"), "bad_name", "表单字段应以“/”开头（JSON Pointer）");
        }
        Source::Form { pointer } => text(&at("source/pointer"), pointer, TEXT, faults),
        Source::Licence { licence_type, field } => {
            text(&at("source/licence_type"), licence_type, TEXT, faults);
            text(&at("source/field"), field, TEXT, faults);
        }
        Source::Exchange { resource, item } => {
            text(&at("source/resource"), resource, TEXT, faults);
            text(&at("source/item"), item, TEXT, faults);
        }
        Source::Clock { .. } if input.kind != Kind::Date => {
            faults.add(at("kind"), "type_mismatch", "时钟提供的是日期");
        }
        Source::Clock { .. } => {}
    }
    check_choices(index, input, faults);
}

fn check_choices(index: usize, input: &Input, faults: &mut Faults) {
    let at = format!("/inputs/{index}/choices");
    if input.choices.is_empty() {
        return;
    }
    if !matches!(input.kind, Kind::Text | Kind::TextList) {
        faults.add(&at, "choices_not_allowed", "只有文本和文本列表可以列明值域");
    }
    if input.choices.len() > CHOICES {
        faults.add(&at, "too_many", format!("值域不得超过 {CHOICES} 项"));
    }
    let mut values = BTreeSet::new();
    for (place, Choice { value, name }) in input.choices.iter().enumerate().take(CHOICES) {
        read_text(&format!("{at}/{place}/value"), value, NAME, faults);
        read_text(&format!("{at}/{place}/name"), name, TEXT, faults);
        if !values.insert(value) {
            faults.add(format!("{at}/{place}/value"), "duplicate", "值域中的代码重复");
        }
    }
}

/// The condition's expression, if it can be parsed.
fn check_condition(
    index: usize,
    condition: &Condition,
    inputs: &[Input],
    faults: &mut Faults,
) -> Option<Node> {
    let at = |field: &str| format!("/conditions/{index}/{field}");
    text(&at("number"), &condition.number, NAME, faults);
    text(&at("text"), &condition.text, TEXT, faults);
    text(&at("basis"), &condition.basis, TEXT, faults);
    let (node, found) = match grammar::parse(&condition.expression) {
        Ok(node) => {
            let found = types::check(&node, inputs);
            (Some(node), found)
        }
        Err(found) => (None, found),
    };
    for (code, message) in found {
        faults.add(at("expression"), code, message);
    }
    node
}

fn sourced(index: usize, input: &Input, offer: &impl Offer, faults: &mut Faults) {
    if matches!(input.source, Source::Clock { .. }) {
        return;
    }
    let at = format!("/inputs/{index}/source");
    match offer.offered(&input.source) {
        Offered::Value(Some(kind)) if kind == input.kind => {}
        Offered::Value(kind) => {
            let found = kind.map_or("规则不能使用的类型", Kind::name_zh);
            let message = format!("输入项声明为{}，来源中是{found}", input.kind.name_zh());
            faults.add(format!("/inputs/{index}/kind"), "type_mismatch", message);
        }
        Offered::NoSource => faults.add(at, "unknown_source", "没有这个数据来源"),
        Offered::NoField => faults.add(at, "undeclared_field", "数据来源中没有这个字段"),
        Offered::NotGranted => {
            faults.add(at, "not_granted", "本部门没有获得该字段的使用授权");
        }
        Offered::Masked => {
            faults.add(at, "masked", "该字段只授权了脱敏后的内容，不能据以审批");
        }
    }
}
