//! From what the validator says to what people are told.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use tongban_kernel::FieldFault;

use crate::text::{format_fault, options, quoted, shown, types};
use crate::trace::Trace;
use crate::variant::{Choice, choose};
use crate::walk::escape;

/// Explains the validator's errors in terms of the schema `root`, below the pointer `at`.
pub(crate) struct Explainer<'a> {
    pub(crate) root: &'a Value,
    pub(crate) at: &'a str,
}

impl Explainer<'_> {
    /// Adds what `error` means to `faults`: at least one fault, several when it covers several fields.
    pub(crate) fn explain(&self, error: &ValidationError<'_>, faults: &mut Vec<FieldFault>) {
        let trace = Trace::follow(self.root, error.evaluation_path(), error.instance_path());
        let place = format!("{}{}", self.at, error.instance_path().as_str());
        let field = |name: &str| format!("{place}/{}", escape(name));
        let mut tell = |pointer: String, code: &str, message: String| {
            faults.push(FieldFault { pointer, code: code.to_owned(), message });
        };
        match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                tell(field(name), "required", format!("{}为必填项", trace.field(self.root, name)));
            }
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    tell(field(name), "unknown_field", format!("没有{}这一字段", quoted(name)));
                }
            }
            Kind::PropertyNames { error } => {
                let name = error.instance().as_str().unwrap_or_default().to_owned();
                tell(field(&name), "field_name", format!("{}不能用作字段名", quoted(&name)));
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.variants(error, context, &trace, &place, faults);
            }
            kind => {
                let (code, text) = plain(kind, error.instance());
                tell(place, code, format!("{}{text}", trace.label));
            }
        }
    }

    /// Tells the faults of the variant that was meant, or that none fits.
    fn variants(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
        trace: &Trace<'_>,
        place: &str,
        faults: &mut Vec<FieldFault>,
    ) {
        let among = |values: Vec<&Value>| format!("应为下列之一：{}", options(values));
        let variants = trace
            .level
            .last()
            .and_then(|schema| schema.get(error.kind().keyword())?.as_array())
            .filter(|variants| variants.len() == context.len());
        let choice = variants.map_or(Choice::Unclear, |variants| {
            choose(self.root, variants, error.instance(), context, error.instance_path().as_str())
        });
        let label = &trace.label;
        let (pointer, code, message) = match choice {
            Choice::Variant(index) if context.get(index).is_some_and(|below| !below.is_empty()) => {
                for below in context.get(index).into_iter().flatten() {
                    self.explain(below, faults);
                }
                return;
            }
            Choice::NotAmong(values) => {
                (place.to_owned(), "enum", format!("{label}{}", among(values)))
            }
            Choice::FieldNotAmong(name, values) => {
                let label = trace.field(self.root, &name);
                (format!("{place}/{}", escape(&name)), "enum", format!("{label}{}", among(values)))
            }
            Choice::FieldMissing(name) => {
                let label = trace.field(self.root, &name);
                (format!("{place}/{}", escape(&name)), "required", format!("{label}为必填项"))
            }
            Choice::NeedsOneOf(names) => {
                let names: Vec<_> = names.iter().map(|name| trace.field(self.root, name)).collect();
                let message = format!("{}须填写其中一项", names.join("、"));
                (place.to_owned(), "no_variant", message)
            }
            Choice::Variant(_) | Choice::Unclear => {
                (place.to_owned(), "no_variant", format!("{label}不符合任何一种允许的填写方式"))
            }
        };
        faults.push(FieldFault { pointer, code: code.to_owned(), message });
    }
}

/// The code of a fault in one value, and the text that follows the value's name.
fn plain(kind: &Kind, value: &Value) -> (&'static str, String) {
    match kind {
        Kind::Type { kind } => ("type", format!("应为{}", types(kind))),
        Kind::Format { format } => ("format", format_fault(format, value)),
        Kind::Pattern { .. }
        | Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. } => ("pattern", "格式不符合要求".to_owned()),
        Kind::Enum { options: permitted } => {
            let permitted = permitted.as_array().map(Vec::as_slice).unwrap_or_default();
            ("enum", format!("应为下列之一：{}", options(permitted)))
        }
        Kind::Constant { expected_value } => ("const", format!("应为 {}", shown(expected_value))),
        Kind::Minimum { limit } => ("minimum", format!("不得小于 {}", shown(limit))),
        Kind::Maximum { limit } => ("maximum", format!("不得大于 {}", shown(limit))),
        Kind::ExclusiveMinimum { limit } => ("minimum", format!("应大于 {}", shown(limit))),
        Kind::ExclusiveMaximum { limit } => ("maximum", format!("应小于 {}", shown(limit))),
        Kind::MultipleOf { multiple_of } => ("multiple_of", format!("应为 {multiple_of} 的倍数")),
        Kind::MinLength { .. } if value.as_str() == Some("") => {
            ("min_length", "不能为空".to_owned())
        }
        Kind::MinLength { limit } => ("min_length", format!("不得少于 {limit} 个字")),
        Kind::MaxLength { limit } => ("max_length", format!("不得超过 {limit} 个字")),
        Kind::MinItems { limit } => ("min_items", format!("至少应有 {limit} 项")),
        Kind::MaxItems { limit } => ("max_items", format!("至多可有 {limit} 项")),
        Kind::AdditionalItems { limit } => ("max_items", format!("至多可有 {limit} 项")),
        Kind::UnevaluatedItems { .. } => ("max_items", "有多余的项".to_owned()),
        Kind::UniqueItems => ("unique_items", "各项不得重复".to_owned()),
        Kind::Contains => ("contains", "缺少符合要求的项，或其数量不符".to_owned()),
        Kind::MinProperties { limit } => ("min_fields", format!("至少应填写 {limit} 个字段")),
        Kind::MaxProperties { limit } => ("max_fields", format!("至多可填写 {limit} 个字段")),
        Kind::OneOfMultipleValid { .. } => {
            ("several_variants", "同时符合多种填写方式，只能选用其中一种".to_owned())
        }
        Kind::FalseSchema => ("not_allowed", "在此不得填写".to_owned()),
        Kind::Not { .. } => ("not", "属于不允许的内容".to_owned()),
        _ => ("invalid", "不符合要求".to_owned()),
    }
}
