//! How deep a JSON text is nested, before anything is made of it.

/// Whether no value of a JSON text lies deeper than `deepest` objects and arrays. Looks at brackets outside of strings;
/// whether the text is JSON at all, its reader says.
pub(crate) fn is_within(text: &[u8], deepest: usize) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > deepest {
                    return false;
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_outside_of_strings() {
        assert!(is_within(br#"{"a": [1, {"b": "[[[[\"[[["}]}"#, 3));
        assert!(!is_within(br#"{"a": [1, {"b": 2}]}"#, 2));
        assert!(is_within(b"[][][][]", 1));
        assert!(!is_within("[".repeat(100_000).as_bytes(), 32));
    }
}
