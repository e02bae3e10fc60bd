//! What others see of a person's identity document (脱敏).

use tongban_contracts::identity::{DocumentKind, IdentityDocument};

/// The document as anyone but its owner sees it: a citizen's number keeps its first and last
/// character, a credit code is public and stays whole.
pub fn masked(document: &IdentityDocument) -> IdentityDocument {
    let number = match document.kind {
        DocumentKind::Uscc => document.number.clone(),
        DocumentKind::CitizenId => {
            let last = document.number.chars().count().saturating_sub(1);
            let shown = |(place, character)| match place {
                0 => character,
                place if place == last => character,
                _ => '*',
            };
            document.number.chars().enumerate().map(shown).collect()
        }
    };
    IdentityDocument { kind: document.kind, number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ends_of_a_citizens_number_are_shown() {
        let citizen =
            IdentityDocument { kind: DocumentKind::CitizenId, number: "320706194803120014".into() };
        assert_eq!(masked(&citizen).number, "3****************4");
        let company =
            IdentityDocument { kind: DocumentKind::Uscc, number: "91320706MA0000000X".into() };
        assert_eq!(masked(&company), company);
    }
}
