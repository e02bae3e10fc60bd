//! Natural persons on what anyone may see (个人信息脱敏, 个人信息保护法 art. 28, 51).

/// A name with only its first character left: 张建国 becomes 张**.
pub fn name(value: &str) -> String {
    let mut characters = value.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    first + &"*".repeat(characters.count())
}

/// A number with its first three and last two characters left; shorter ones are hidden whole.
pub fn number(value: &str) -> String {
    let characters: Vec<char> = value.chars().collect();
    let shown =
        |index: usize| characters.len() > 10 && (index < 3 || index + 2 >= characters.len());
    let each = characters.iter().enumerate();
    each.map(|(index, one)| if shown(index) { *one } else { '*' }).collect()
}

/// Text in which a natural person's name and number are masked wherever they stand.
pub fn within(text: &str, full_name: &str, full_number: &str) -> String {
    let mut masked = text.to_owned();
    for (full, shown) in [(full_number, number(full_number)), (full_name, name(full_name))] {
        if !full.is_empty() {
            masked = masked.replace(full, &shown);
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_masked_wherever_they_stand() {
        assert_eq!(name("张建国"), "张**");
        assert_eq!(number("320706194803120014"), "320*************14");
        assert_eq!(number("12345"), "*****");
        let text = "张建国（320706194803120014）未公示证照";
        let shown = within(text, "张建国", "320706194803120014");
        assert_eq!(shown, "张**（320*************14）未公示证照");
        assert_eq!(within("无", "", ""), "无");
    }
}
