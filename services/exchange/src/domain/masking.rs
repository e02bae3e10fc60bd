//! Values made unrecognisable on the way out (脱敏).

use serde_json::{Map, Value};
use tongban_contracts::exchange::{GrantedItem, Masking};

/// What stands for each character that is taken away.
const STAR: char = '*';
/// What an address ends with that may be shown: its town, sub-district or township.
const TOWNS: [&str; 4] = ["街道", "镇", "乡", "苏木"];
/// And, where it names none of them, its county or district, or its city.
const AREAS: [char; 4] = ['区', '县', '旗', '市'];

/// The granted items of a row, each masked as the grant says; whatever else is in it stays behind.
pub fn row(items: &[GrantedItem], mut row: Map<String, Value>) -> Map<String, Value> {
    let kept = items.iter().filter_map(|item| {
        let value = row.remove(&item.key)?;
        Some((item.key.clone(), masked(item.masking, value)))
    });
    kept.collect()
}

/// A value as it is given on. Nothing stays nothing; what is no text has no part that could be shown.
fn masked(masking: Option<Masking>, value: Value) -> Value {
    let Some(masking) = masking else { return value };
    match value {
        Value::Null => Value::Null,
        Value::String(text) => Value::String(hide(masking, &text)),
        other => Value::String(stars(other.to_string().chars().count())),
    }
}

fn hide(masking: Masking, text: &str) -> String {
    match masking {
        Masking::Name => ends(text, 1, 0),
        Masking::DocumentNumber => ends(text, 6, 2),
        Masking::Phone => ends(text, 3, 4),
        Masking::Address => address(text),
        Masking::Hidden => stars(1),
    }
}

/// The first and the last characters stay, if at least as many vanish; otherwise none does.
fn ends(text: &str, first: usize, last: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let hidden = characters.len().saturating_sub(first + last);
    if hidden == 0 || (last > 0 && hidden * 2 < first + last) {
        return stars(characters.len());
    }
    let before: String = characters.iter().take(first).collect();
    let after: String = characters.iter().skip(first + hidden).collect();
    format!("{before}{}{after}", stars(hidden))
}

fn address(text: &str) -> String {
    let town = TOWNS.iter().filter_map(|town| Some(text.find(town)? + town.len())).min();
    let area = || text.rfind(AREAS).and_then(|at| Some(at + text[at..].chars().next()?.len_utf8()));
    match town.or_else(area) {
        Some(end) => format!("{}{}", &text[..end], stars(3)),
        None => stars(3),
    }
}

fn stars(count: usize) -> String {
    std::iter::repeat_n(STAR, count).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn each_rule_leaves_what_it_says() {
        for (masking, text, shown) in [
            (Masking::Name, "王建国", "王**"),
            (Masking::Name, "王", "*"),
            (Masking::DocumentNumber, "320706194803120014", "320706**********14"),
            (Masking::DocumentNumber, "12345678", "********"),
            (Masking::Phone, "13800001234", "138****1234"),
            (Masking::Phone, "1234567", "*******"),
            (
                Masking::Address,
                "江苏省连云港市海州区新东街道示例路1号",
                "江苏省连云港市海州区新东街道***",
            ),
            (Masking::Address, "连云港市海州区示例路1号", "连云港市海州区***"),
            (Masking::Address, "示例路1号", "***"),
            (Masking::Hidden, "任何内容", "*"),
            (Masking::Hidden, "", "*"),
        ] {
            assert_eq!(hide(masking, text), shown, "{masking:?} {text}");
        }
        assert_eq!(masked(Some(Masking::Phone), json!(13_800_001_234_u64)), json!("***********"));
        assert_eq!(masked(Some(Masking::Hidden), Value::Null), Value::Null);
        assert_eq!(masked(None, json!([1])), json!([1]));
    }

    #[test]
    fn what_is_not_granted_stays_behind() {
        let items = [GrantedItem { key: "a".into(), masking: None }];
        let Value::Object(given) = json!({"a": 1, "b": 2}) else { panic!() };
        assert_eq!(Value::Object(row(&items, given)), json!({"a": 1}));
    }

    proptest! {
        #[test]
        fn a_masked_number_never_shows_more_than_its_ends(text in "[0-9X]{0,30}") {
            let shown = hide(Masking::DocumentNumber, &text).chars().filter(|one| *one != STAR).count();
            prop_assert!(shown <= 8 && (shown == 0 || shown < text.len()));
        }
    }
}
