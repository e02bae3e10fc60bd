//! Check characters of ISO 7064, the three systems Chinese identifiers use.
//!
//! Each function takes the characters *before* the check character and answers the character that
//! belongs behind them, or `None` when the input is empty or holds a character outside the
//! system's alphabet. They know nothing of lengths or segments: that is the callers' business.

/// MOD 11-2 (pure system) over digits, answering `0`–`9` or `X`. Used by 公民身份号码 (GB 11643-1999).
pub fn mod_11_2(digits: &str) -> Option<char> {
    let mut product = None;
    for character in digits.chars() {
        product = Some((product.unwrap_or(0) + character.to_digit(10)?) * 2 % 11);
    }
    match (12 - product?) % 11 {
        10 => Some('X'),
        check => char::from_digit(check, 10),
    }
}

/// MOD 11,10 (hybrid system) over digits, answering a digit. Used by 投资项目代码 (GB/T 40058-2021;
/// inferred, it agrees with four of four public codes).
pub fn mod_11_10(digits: &str) -> Option<char> {
    char::from_digit(hybrid(digits, 10)?, 10)
}

/// MOD 37,36 (hybrid system) over `0-9A-Z`, answering one of them. Used by 电子证照标识 (GB/T 36904;
/// inferred, it agrees with four of four public identifiers).
pub fn mod_37_36(characters: &str) -> Option<char> {
    char::from_digit(hybrid(characters, 36)?, 36).map(|check| check.to_ascii_uppercase())
}

/// The hybrid recursion with modulus `radix + 1` and `radix`. Lower-case letters are refused.
fn hybrid(characters: &str, radix: u32) -> Option<u32> {
    if characters.is_empty() {
        return None;
    }
    let mut product = radix;
    for character in characters.chars() {
        if character.is_ascii_lowercase() {
            return None;
        }
        let sum = (product + character.to_digit(radix)?) % radix;
        product = (if sum == 0 { radix } else { sum }) * 2 % (radix + 1);
    }
    // The product is never 0: twice a number below an odd prime is no multiple of it.
    Some((radix + 1 - product) % radix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_published_numbers() {
        assert_eq!(mod_11_2("11010519491231002"), Some('X'));
        assert_eq!(mod_11_10("2401320270890338586"), Some('9'));
        let licence = "11100000000013338W01111430000006122244L20230000403001";
        assert_eq!(mod_37_36(licence), Some('U'));
    }

    #[test]
    fn empty_and_foreign_characters_have_no_check() {
        for text in ["", "12A", "１２", "1 2", "一"] {
            assert_eq!(mod_11_2(text), None, "{text:?}");
            assert_eq!(mod_11_10(text), None, "{text:?}");
        }
        for text in ["", "ab", "A-B", "Ａ"] {
            assert_eq!(mod_37_36(text), None, "{text:?}");
        }
    }

    proptest! {
        /// A single wrong character and a swap of neighbours are what check characters are for.
        #[test]
        fn one_wrong_digit_is_always_noticed(digits in "[0-9]{1,24}", at in 0usize..24, by in 1u32..10) {
            let at = at % digits.len();
            let wrong: String = digits.chars().enumerate().map(|(index, character)| {
                let value = character.to_digit(10).unwrap_or(0);
                if index == at { char::from_digit((value + by) % 10, 10).unwrap_or('0') } else { character }
            }).collect();
            prop_assert_ne!(mod_11_2(&digits), mod_11_2(&wrong));
            prop_assert_ne!(mod_11_10(&digits), mod_11_10(&wrong));
            prop_assert_ne!(mod_37_36(&digits), mod_37_36(&wrong));
        }

        #[test]
        fn never_panics(text in ".*") {
            let _ = (mod_11_2(&text), mod_11_10(&text), mod_37_36(&text));
        }
    }
}
