//! What is looked at before an expression is parsed: the parser descends with every bracket, so that what nests too
//! deep may not reach it.

use crate::bounds::{BRACKETS, EXPRESSION};

/// A fault of a text: code and Chinese message.
pub(crate) type Fault = (&'static str, String);

/// Whether people cannot see a character that a machine reads: controls, joiners, and marks that turn the direction of
/// writing, by which a text can be made to look like another one (<https://trojansource.codes>).
pub(crate) fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What readings put around meanings and texts: inside them it could end one before its end.
pub(crate) const MARKS: [char; 4] = ['【', '】', '“', '”'];

/// Everything that keeps an expression from being parsed.
pub(crate) fn scan(expression: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if expression.trim().is_empty() {
        return vec![("required", "表达式不能为空".to_owned())];
    }
    if expression.chars().nth(EXPRESSION).is_some() {
        return vec![("too_long", format!("表达式不得超过 {EXPRESSION} 个字符"))];
    }
    if expression.contains(is_unseen) {
        faults.push(("unseen_character", "表达式含有换行、控制字符或不可见字符".to_owned()));
    }
    if expression.contains('\\') {
        faults.push(("escape", "表达式不支持反斜杠转义".to_owned()));
    }
    let (mut quote, mut depth, mut deepest, mut before) = (None, 0_usize, 0, ' ');
    let mut commented = false;
    for character in expression.chars() {
        match (quote, character) {
            (Some(open), closing) if open == closing => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, '/') if before == '/' => commented = true,
            _ => {}
        }
        before = if quote.is_some() { ' ' } else { character };
    }
    if commented {
        faults.push(("comment", "表达式不支持注释".to_owned()));
    }
    if deepest > BRACKETS {
        faults.push(("too_deep", format!("表达式的括号嵌套不得超过 {BRACKETS} 层")));
    }
    faults
}
