//! Codes of resources (信息资源代码): 类(1) 项(2) 目(3) 细目(variable) `/` 顺序码(variable).

use tongban_kernel::Faults;

/// How many digits stand before the variable ones: class, division and heading.
const FIXED: usize = 6;

/// Notes what is wrong with a code.
pub fn check(faults: &mut Faults, pointer: &str, code: &str) {
    if let Err(message) = parts(code) {
        faults.add(pointer, "bad_code", message);
    }
}

/// Class, division, heading, subheading (may be empty) and serial number of a code.
///
/// # Errors
/// What is wrong with it, for people.
pub fn parts(code: &str) -> Result<[&str; 5], &'static str> {
    let (place, serial) =
        code.split_once('/').ok_or("信息资源代码由类、项、目、细目和“/”后的顺序码组成")?;
    if !place.bytes().chain(serial.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err("信息资源代码只含数字和一个“/”");
    }
    if place.len() < FIXED {
        return Err("类 1 位、项 2 位、目 3 位，细目不定长");
    }
    if serial.is_empty() {
        return Err("缺少顺序码");
    }
    if place.starts_with('0') {
        return Err("类从 1 起");
    }
    Ok([&place[..1], &place[1..3], &place[3..FIXED], &place[FIXED..], serial])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_its_place() {
        assert_eq!(parts("30601107/000001").unwrap(), ["3", "06", "011", "07", "000001"]);
        assert_eq!(parts("306011/1").unwrap(), ["3", "06", "011", "", "1"]);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in
            ["", "306011", "306011/", "30601/1", "3060a1/1", "306011/1/2", "006011/1", "３06011/1"]
        {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
