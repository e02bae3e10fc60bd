use serde_json::{Value, json};
use tongban_kernel::FieldFault;

use crate::{DEEPEST, Form, MOST_FAULTS};

mod schemas;

fn form(schema: &Value) -> Form {
    Form::compile(schema).unwrap()
}

/// Faults as `pointer code message` lines.
fn lines(faults: &[FieldFault]) -> Vec<String> {
    faults.iter().map(|f| format!("{} {} {}", f.pointer, f.code, f.message)).collect()
}

fn checked(schema: &Value, value: &Value) -> Vec<String> {
    lines(&form(schema).check(value, "/form"))
}

fn permit() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://forms.example/permit",
        "title": "建筑工程施工许可申请表",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "price", "builder"],
        "properties": {
            "name": {"title": "工程名称", "type": "string", "minLength": 1, "maxLength": 10},
            "price": {"title": "合同价格", "type": "number", "exclusiveMinimum": 0, "maximum": 100},
            "start": {"title": "开工日期", "type": "string", "format": "date"},
            "kind": {"title": "工程类别", "enum": ["房屋建筑", "市政"]},
            "builder": {"title": "施工单位", "$ref": "#/$defs/company"},
            "owner": {"$ref": "#/$defs/company"},
            "people": {
                "title": "项目人员", "type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
                "items": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"title": "身份证号", "type": "string", "format": "citizen-id"},
                        "phone": {"type": "string", "pattern": "^1[0-9]{10}$"}
                    }
                }
            },
            "notes": {"title": "备注", "type": "array", "items": {"type": "string"}}
        },
        "$defs": {
            "company": {
                "title": "单位", "type": "object", "required": ["uscc"], "additionalProperties": false,
                "properties": {"uscc": {"title": "统一社会信用代码", "type": "string", "format": "uscc"}}
            }
        }
    })
}

#[test]
fn a_form_filled_in_well_has_no_faults() {
    let value = json!({
        "name": "教学楼", "price": 99.5, "start": "2026-03-01", "kind": "市政",
        "builder": {"uscc": "11320706MB0000001B"}, "people": [{"id": "320706194803120014"}],
    });
    assert_eq!(checked(&permit(), &value), [""; 0]);
}

#[test]
fn every_fault_is_named_at_once_in_chinese() {
    let value = json!({
        "price": "一百", "start": "2026-02-30", "kind": "桥梁", "colour": 1, "a/b~c": 2,
        "builder": {"name": 1}, "owner": {"uscc": "11320706MB00000011"},
        "people": [{"phone": "110"}, {"id": "320706194803120015"}, {}, {}],
        "notes": ["好", 2],
    });
    let id = tongban_kernel::checks::citizen_id::check("320706194803120015").unwrap_err();
    let uscc = tongban_kernel::checks::uscc::check("11320706MB00000011").unwrap_err();
    let expected = [
        "/form/a~1b~0c unknown_field 没有「a/b~c」这一字段".to_owned(),
        "/form/builder/name unknown_field 没有「name」这一字段".to_owned(),
        "/form/builder/uscc required 「统一社会信用代码」为必填项".to_owned(),
        "/form/colour unknown_field 没有「colour」这一字段".to_owned(),
        "/form/kind enum 「工程类别」应为下列之一：房屋建筑、市政".to_owned(),
        "/form/name required 「工程名称」为必填项".to_owned(),
        "/form/notes/1 type 「备注」第 2 项应为文字".to_owned(),
        format!("/form/owner/uscc format 「统一社会信用代码」：{}", uscc.message_zh()),
        "/form/people max_items 「项目人员」至多可有 3 项".to_owned(),
        "/form/people unique_items 「项目人员」各项不得重复".to_owned(),
        "/form/people/0/id required 「身份证号」为必填项".to_owned(),
        "/form/people/0/phone pattern 「phone」格式不符合要求".to_owned(),
        format!("/form/people/1/id format 「身份证号」：{}", id.message_zh()),
        "/form/people/2/id required 「身份证号」为必填项".to_owned(),
        "/form/people/3/id required 「身份证号」为必填项".to_owned(),
        "/form/price type 「合同价格」应为数字".to_owned(),
        "/form/start format 「开工日期」应为日期，如 2026-03-01".to_owned(),
    ];
    assert_eq!(checked(&permit(), &value), expected);
}

#[test]
fn titles_given_where_a_type_is_used_go_first() {
    let wrong = json!({"name": "", "price": 0, "builder": 1, "owner": 2});
    assert_eq!(
        checked(&permit(), &wrong),
        [
            "/form/builder type 「施工单位」应为一组字段",
            "/form/name min_length 「工程名称」不能为空",
            "/form/owner type 「单位」应为一组字段",
            "/form/price minimum 「合同价格」应大于 0",
        ]
    );
}

#[test]
fn wrong_types_at_the_root_are_told() {
    for wrong in [json!(null), json!([]), json!("x"), json!(1), json!(true)] {
        let told = lines(&form(&permit()).check(&wrong, ""));
        assert_eq!(told, [" type 「建筑工程施工许可申请表」应为一组字段"]);
    }
}

#[test]
fn limits_speak_plainly() {
    let schema = json!({"type": "object", "properties": {
        "a": {"maxLength": 2}, "b": {"minimum": 1.5}, "c": {"multipleOf": 0.5}, "d": {"const": "甲"},
        "e": {"type": ["integer", "null"]}, "f": {"minItems": 2}, "g": false, "h": {"minLength": 3},
        "i": {"prefixItems": [{}], "items": false}, "j": {"not": {"type": "string"}},
        "k": {"maxProperties": 0}, "l": {"contains": {"const": 1}}, "m": {"exclusiveMaximum": 3},
        "n": {"propertyNames": {"pattern": "^[a-z]$"}}, "o": {"dependentRequired": {"x": ["y"]}},
    }});
    let value = json!({
        "a": "甲乙丙", "b": 1, "c": 0.3, "d": 1, "e": "", "f": [1], "g": 0, "h": "ab", "i": [1, 2],
        "j": "", "k": {"x": 1}, "l": [], "m": 3, "n": {"AB": 1}, "o": {"x": 1},
    });
    assert_eq!(
        checked(&schema, &value),
        [
            "/form/a max_length 「a」不得超过 2 个字",
            "/form/b minimum 「b」不得小于 1.5",
            "/form/c multiple_of 「c」应为 0.5 的倍数",
            "/form/d const 「d」应为 甲",
            "/form/e type 「e」应为空值或整数",
            "/form/f min_items 「f」至少应有 2 项",
            "/form/g not_allowed 「g」在此不得填写",
            "/form/h min_length 「h」不得少于 3 个字",
            "/form/i/1 not_allowed 「i」第 2 项在此不得填写",
            "/form/j not 「j」属于不允许的内容",
            "/form/k max_fields 「k」至多可填写 0 个字段",
            "/form/l contains 「l」缺少符合要求的项，或其数量不符",
            "/form/m maximum 「m」应小于 3",
            "/form/n/AB field_name 「AB」不能用作字段名",
            "/form/o/y required 「y」为必填项",
        ]
    );
}

#[test]
fn every_format_is_asserted() {
    let wrong_and_right = [
        ("citizen-id", "1", "320706194803120014"),
        ("uscc", "1", "11320706MB0000001B"),
        ("project-code", "1", ""),
        ("licence-id", "1", ""),
        ("matter-code", "1", ""),
        ("date", "2026-02-29", "2028-02-29"),
        ("date-time", "2026-01-01 08:00:00", "2026-01-01T08:00:00+08:00"),
        ("uuid", "x", "0192d1c1-0000-7000-8000-000000000000"),
        ("uri", "/a", "https://a.example/b?c"),
        ("email", "a@", "a@b.example"),
    ];
    for (format, wrong, right) in wrong_and_right {
        let form = form(&json!({"type": "object", "properties": {"值": {"format": format}}}));
        let faults = form.check(&json!({"值": wrong}), "");
        assert_eq!(faults.len(), 1, "{format}");
        assert_eq!((&*faults[0].pointer, &*faults[0].code), ("/值", "format"));
        assert!(!faults[0].message.contains(wrong) || wrong == "1");
        if !right.is_empty() {
            assert!(form.check(&json!({"值": right}), "").is_empty(), "{format}");
        }
        assert!(form.check(&json!({"值": 1}), "").is_empty(), "a format judges texts only");
    }
}

#[test]
fn tagged_variants_tell_their_own_faults() {
    let schema = json!({
        "type": "object", "title": "联系方式",
        "oneOf": [
            {"required": ["kind", "number"],
             "properties": {"kind": {"title": "方式", "const": "phone"}, "number": {"title": "号码", "type": "string"}}},
            {"required": ["kind", "address"],
             "properties": {"kind": {"title": "方式", "enum": ["post", "mail"]}, "address": {"type": "string"}}}
        ]
    });
    let told = |value| checked(&schema, &value);
    assert_eq!(told(json!({"kind": "phone"})), ["/form/number required 「号码」为必填项"]);
    assert_eq!(
        told(json!({"kind": "mail", "address": 1})),
        ["/form/address type 「address」应为文字"]
    );
    assert_eq!(
        told(json!({"kind": "fax"})),
        ["/form/kind enum 「方式」应为下列之一：phone、post、mail"]
    );
    assert_eq!(told(json!({})), ["/form/kind required 「方式」为必填项"]);
}

#[test]
fn other_variants_are_told_as_well_as_can_be() {
    let schema = json!({"type": "object", "properties": {
        "size": {"title": "面积", "oneOf": [{"type": "null"}, {"type": "number", "minimum": 1}]},
        "colour": {"anyOf": [{"enum": ["红"]}, {"const": "蓝"}]},
        "contact": {"title": "联系", "anyOf": [{"required": ["phone"]}, {"required": ["mail"]}],
                    "properties": {"phone": {"title": "电话"}, "mail": {"title": "邮箱"}}},
        "vague": {"anyOf": [{"minLength": 5}, {"pattern": "x"}]},
        "both": {"title": "数", "oneOf": [{"minimum": 1}, {"minimum": 2}]},
    }});
    let value = json!({"size": 0, "colour": "绿", "contact": {}, "vague": "a", "both": 3});
    assert_eq!(
        checked(&schema, &value),
        [
            "/form/both several_variants 「数」同时符合多种填写方式，只能选用其中一种",
            "/form/colour enum 「colour」应为下列之一：红、蓝",
            "/form/contact no_variant 「电话」、「邮箱」须填写其中一项",
            "/form/size minimum 「面积」不得小于 1",
            "/form/vague no_variant 「vague」不符合任何一种允许的填写方式",
        ]
    );
    assert_eq!(checked(&schema, &json!({"size": "大"})), ["/form/size type 「面积」应为数字"]);
}

#[test]
fn huge_input_is_checked_in_order_and_cut_with_a_count() {
    let form = form(&json!({"type": "object", "properties": {
        "list": {"title": "清单", "type": "array", "uniqueItems": true, "items": {"type": "integer"}}
    }}));
    let good: Vec<_> = (0..100_000).collect();
    assert!(form.check(&json!({"list": good}), "").is_empty());
    let some: Vec<_> = (0..100_000)
        .map(|n| if n % 1_000 == 0 { json!(n.to_string()) } else { json!(n) })
        .collect();
    let faults = form.check(&json!({"list": some}), "");
    assert_eq!(faults.len(), 100);
    assert_eq!(faults[2].pointer, "/list/2000");
    assert_eq!(faults[99].message, "「清单」第 99001 项应为整数");
    let bad: Vec<_> = (0..100_000).map(|n| json!(n.to_string())).collect();
    let faults = form.check(&json!({"list": bad}), "/body");
    assert_eq!(faults.len(), MOST_FAULTS + 1);
    assert_eq!(faults[MOST_FAULTS].code, "too_many_faults");
    assert_eq!(faults[MOST_FAULTS].pointer, "/body");
    assert!(faults[MOST_FAULTS].message.contains("100000"));
}

#[test]
fn deep_values_are_followed_to_a_limit() {
    let form = form(&json!({
        "type": "object", "additionalProperties": false,
        "properties": {"child": {"title": "下级", "anyOf": [{"type": "null"}, {"$ref": "#"}]}}
    }));
    let nested = |depth: usize, innermost: Value| {
        (0..depth).fold(innermost, |below, _| json!({"child": below}))
    };
    assert!(form.check(&nested(100, json!(null)), "").is_empty());
    let faults = form.check(&nested(40, json!(7)), "");
    assert_eq!(lines(&faults), [format!("{} type 「下级」应为一组字段", "/child".repeat(40))]);
    let faults = form.check(&nested(DEEPEST + 1, json!({})), "/form");
    assert_eq!(lines(&faults), ["/form too_deep 嵌套过深：不得超过 106 层"]);
}
