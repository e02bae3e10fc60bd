//! Numbers of persons in free text (文字脱敏, 个人信息保护法 art. 28): masked before anyone reads the text.
//!
//! Eleven digits or more in a row are taken for somebody's number: mobile numbers have 11, identity numbers 15 or 18,
//! bank cards 16 to 19. It is no matter whether a check digit is right, since a mistyped number still tells of
//! somebody. Too much masked in a text does no harm; too little does.

/// Shortest row of digits taken for somebody's number.
const NUMBER: usize = 11;
/// Digits that stay at the beginning of a number.
const HEAD: usize = 3;
/// Digits that stay at the end of a number.
const TAIL: usize = 2;
/// So many blanks or strokes may stand between two digits of a number.
const GAP: usize = 3;

/// The text with every number of a person in it masked but for its first three and last two digits, blanks and strokes
/// between digits included: `320706 19480312 001X` becomes `320*************1X`. The same text again stays as it is.
pub fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let row = row_at(&characters, at);
        if row.digits.len() >= NUMBER {
            hide(&row.digits, &mut shown);
        } else {
            shown.extend(characters.get(at..row.end).unwrap_or_default());
        }
        at = row.end;
    }
    shown
}

/// Digits in a row and where they end; at a character that is no digit, that character alone.
struct Row {
    digits: Vec<char>,
    end: usize,
}

fn row_at(characters: &[char], from: usize) -> Row {
    let mut row = Row { digits: Vec::new(), end: from };
    let mut gap = 0;
    for (index, one) in characters.iter().enumerate().skip(from) {
        if is_digit(*one) {
            row.digits.push(*one);
            row.end = index + 1;
            gap = 0;
        } else if is_unseen(*one) && !row.digits.is_empty() {
            continue;
        } else if is_between(*one) && gap < GAP && !row.digits.is_empty() {
            gap += 1;
        } else {
            // The check character of an identity number.
            if row.digits.len() >= NUMBER && matches!(one, 'x' | 'X' | 'ｘ' | 'Ｘ') {
                row.digits.push(*one);
                row.end = index + 1;
            }
            break;
        }
    }
    row.end = row.end.max(from + 1);
    row
}

fn hide(digits: &[char], shown: &mut String) {
    let last = digits.len().saturating_sub(TAIL);
    let each = digits.iter().enumerate();
    shown.extend(each.map(|(index, one)| if index < HEAD || index >= last { *one } else { '*' }));
}

/// Any digit people write numbers with: of any width and script, and the Chinese ones.
fn is_digit(one: char) -> bool {
    const CHINESE: &str = "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺";
    one.is_numeric() && !matches!(one, '十' | '百' | '千' | '万') || CHINESE.contains(one)
}

/// What people put between the parts of a number.
fn is_between(one: char) -> bool {
    const STROKES: &str = "-‐‑‒–—―－_＿.．·•・,，、/／\\|*＊()（）+＋:：";
    one.is_whitespace() || STROKES.contains(one)
}

/// Characters that take no room and would cut a number in two for a program only.
fn is_unseen(one: char) -> bool {
    matches!(one, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' | '\u{feff}' | '\u{ad}')
        || one.is_control() && !one.is_whitespace()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_persons_are_masked() {
        for (text, shown) in [
            ("证号320706194803120014没人管", "证号320*************14没人管"),
            ("32070619480312001X", "320**************1X"),
            ("320706480312001", "320**********01"),
            ("320706 19480312 001x！", "320**************1x！"),
            ("３２０７０６１９４８０３１２００１４", "３２０*************１４"),
            ("请回电13800008001谢谢", "请回电138******01谢谢"),
            ("138-0000-8001", "138******01"),
            ("138\u{200b}0000\u{200b}8001", "138******01"),
            ("幺三八零零零零八零零幺", "幺三八******零幺"),
            ("卡号6222 0212 3456 7890 123", "卡号622**************23"),
            ("+86 138 0000 8001", "+861********01"),
        ] {
            let shown = shown.to_owned();
            let ours = masked(text);
            // One star for each digit that is hidden.
            assert_eq!(ours.replace('*', ""), shown.replace('*', ""), "{text}");
            assert!(ours.contains("******"), "{ours}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_person_stays() {
        for text in [
            "",
            "窗口人员很耐心",
            "2026-03-12 来了三次，等了40分钟",
            "12345热线没人接",
            "一楼大厅3号窗口，排队第128号",
            "拨打 96196 转 8",
            "x X",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    fn longest_row(text: &str) -> usize {
        let digits = |row: &str| row.chars().filter(|one| is_digit(*one)).count();
        let rows =
            text.split(|one| !is_digit(one) && (!is_between(one) || one == '*') && !is_unseen(one));
        rows.map(digits).max().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn no_number_remains_and_masking_twice_changes_nothing(text in "([0-9０-９xX]|[ \\-—a窗]|[0-9]{9}){0,40}") {
            let shown = masked(&text);
            prop_assert_eq!(&masked(&shown), &shown);
        }

        #[test]
        fn a_number_however_it_is_cut_is_not_in_what_is_shown(
            digits in "[0-9]{11,19}",
            cuts in proptest::collection::vec(0..3_usize, 19),
            wide in any::<bool>(),
            before in "[窗口人员]{0,5}", after in "[很耐心]{0,5}",
        ) {
            let mut written = before.clone();
            for (digit, cut) in digits.chars().zip(&cuts) {
                let wider = char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０'));
                written.push(if wide { wider.unwrap() } else { digit });
                written.push_str(["", " ", "-\u{200b}"][*cut]);
            }
            written.push_str(&after);
            let shown = masked(&written);
            prop_assert!(longest_row(&shown) < NUMBER, "{}", shown);
            prop_assert_eq!(shown.matches('*').count(), digits.len() - HEAD - TAIL);
            prop_assert!(shown.starts_with(&before) && shown.ends_with(&after));
        }

        #[test]
        fn short_numbers_stay(text in "[窗口]{1,3}[0-9]{0,10}[耐心]{1,3}") {
            prop_assert_eq!(masked(&text), text);
        }
    }
}
