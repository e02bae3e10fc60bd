//! What people write (文字评价): no markup in it, so that no page that shows it can be led astray.

use tongban_kernel::Faults;

/// Longest text taken, in characters.
pub const LONGEST: usize = 500;

/// Notes at `pointer` what is wrong with a text.
pub fn check(text: &str, pointer: &str, faults: &mut Faults) {
    let length = text.chars().count();
    if text.trim().is_empty() || length > LONGEST {
        faults.add(pointer, "length", format!("文字评价应为 1 至 {LONGEST} 个字符"));
    }
    if has_markup(text) {
        faults.add(pointer, "markup", "文字评价不能含有网页标记（如 <b>、&lt;）");
    }
    if text.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r' | '\t')) {
        faults.add(pointer, "control_character", "文字评价不能含有控制字符");
    }
}

/// Whether a browser could take something in the text for an element or a character reference. A lone `<`, as in
/// “3 < 5”, is not.
fn has_markup(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (mark, after) = rest.split_at(at + 1);
        let next = after.chars().next();
        let found = if mark.ends_with('<') {
            next.is_some_and(|one| one.is_ascii_alphabetic() || matches!(one, '/' | '!' | '?'))
        } else {
            let name: String = after
                .chars()
                .take_while(|one| one.is_ascii_alphanumeric() || *one == '#')
                .collect();
            !name.is_empty() && after.get(name.len()..).is_some_and(|rest| rest.starts_with(';'))
        };
        if found {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_found_and_plain_signs_are_not() {
        for text in ["<script>x</script>", "好</b>", "<!--", "a&lt;b", "&#60;", "x <IMG src=y>"] {
            assert!(has_markup(text), "{text}");
        }
        for text in ["等了 3 < 5 天", "A&B 窗口", "好 <3", "a & b;", "<<>>", "&"] {
            assert!(!has_markup(text), "{text}");
        }
    }

    #[test]
    fn every_fault_is_named() {
        let mut faults = Faults::new();
        check(&format!("<b>{}\u{7}", "长".repeat(LONGEST)), "/text", &mut faults);
        check("  ", "/other", &mut faults);
        let fault = faults.into_result("x", "x").unwrap_err();
        let codes: Vec<&str> = fault.errors().iter().map(|error| &*error.code).collect();
        assert_eq!(codes, ["length", "markup", "control_character", "length"]);
    }
}
