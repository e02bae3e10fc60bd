//! Two objects that may be one (疑似重复).

use tongban_contracts::supervision::DuplicateGround;

/// Why two objects may be one, if they may.
pub fn may_be_one(one: &Likeness<'_>, other: &Likeness<'_>) -> Option<DuplicateGround> {
    if !one.account.is_empty() && one.account == other.account {
        return Some(DuplicateGround::SameAccount);
    }
    if one.name_key.is_empty() || one.name_key != other.name_key {
        return None;
    }
    if !one.address_key.is_empty() && one.address_key == other.address_key {
        return Some(DuplicateGround::SameNameAndAddress);
    }
    // Of two known addresses that differ, the same name is a chain, not a repetition.
    let one_unknown = one.address_key.is_empty() || other.address_key.is_empty();
    (one_unknown && one.region == other.region).then_some(DuplicateGround::SameNameAndRegion)
}

/// What objects are compared by.
#[derive(Debug, Clone, Copy)]
pub struct Likeness<'a> {
    /// Account; empty when unknown.
    pub account: &'a str,
    /// [`likeness`] of the name.
    pub name_key: &'a str,
    /// [`likeness`] of the address; empty when unknown.
    pub address_key: &'a str,
    /// Region.
    pub region: &'a str,
}

/// A text as duplicates are looked for by: without blanks, brackets and punctuation, full-width as half-width.
pub fn likeness(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            other => other,
        })
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_forgets_how_a_name_is_set() {
        assert_eq!(
            likeness("云港示例餐饮（集团）有限公司"),
            likeness("云港示例餐饮(集团) 有限公司")
        );
        assert_eq!(likeness("ＡＢ１２号"), "ab12号");
        assert_ne!(likeness("一店"), likeness("二店"));
    }

    #[test]
    fn a_chain_is_no_repetition() {
        let object =
            |name_key, address_key, region| Likeness { account: "", name_key, address_key, region };
        let shop = object("示例超市", "人民路1号", "320706");
        for (other, expected) in [
            (object("示例超市", "人民路1号", "320706"), Some(DuplicateGround::SameNameAndAddress)),
            (object("示例超市", "人民路2号", "320706"), None),
            (object("示例超市", "", "320706"), Some(DuplicateGround::SameNameAndRegion)),
            (object("示例超市", "", "320707"), None),
            (object("示例商店", "人民路1号", "320706"), None),
        ] {
            assert_eq!(may_be_one(&shop, &other), expected, "{other:?}");
        }
        let one = Likeness { account: "a", ..shop };
        let other = Likeness { account: "a", ..object("别名", "", "320000") };
        assert_eq!(may_be_one(&one, &other), Some(DuplicateGround::SameAccount));
    }
}
