//! Everything that is wrong, at once, but not a million lines of it.

use tongban_kernel::{Fault, FaultKind, Faults};

use crate::bounds;

/// Which bytes a name may have; a list has tens of millions of them.
const IN_NAMES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'/' | b'-');
        byte += 1;
    }
    table
};
/// As many faults are named one by one.
const NAMED: usize = 1_000;

/// Faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    faults: Faults,
    count: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, pointer: impl Into<String>, code: &str, message: &str) {
        self.count += 1;
        if self.count <= NAMED {
            self.faults.add(pointer, code, message);
        }
    }

    /// How many there are, also those not named.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Fine, or one refusal that names them.
    pub(crate) fn into_result(mut self) -> Result<(), Fault> {
        if self.count > NAMED {
            let message = format!("共有 {} 处问题，只列出前 {NAMED} 处", self.count);
            self.faults.add("", "more_faults", message);
        }
        self.faults.into_result("invalid_draw", "抽取文件有误")
    }

    /// A name (编号、代码): ASCII letters, digits and `. _ : / -`, at most 64 of them.
    pub(crate) fn name(&mut self, pointer: impl FnOnce() -> String, text: &str) {
        let fine = |one: u8| IN_NAMES[usize::from(one)];
        if text.is_empty() || text.len() > bounds::NAME || !text.bytes().all(fine) {
            self.add(pointer(), "bad_name", "编号应为 1 至 64 个字母、数字或 . _ : / -");
        }
    }

    /// A text for people (说明): neither blank nor longer than 500 characters, on one line.
    pub(crate) fn text(&mut self, pointer: impl FnOnce() -> String, text: &str) {
        let blank = text.chars().all(|one| one == ' ' || one == '\u{3000}');
        if blank || text.chars().count() > bounds::TEXT || text.chars().any(|one| one < ' ') {
            self.add(pointer(), "bad_text", "说明应为 1 至 500 个字，不含换行等控制字符");
        }
    }

    /// A number within bounds.
    pub(crate) fn number(
        &mut self,
        pointer: impl FnOnce() -> String,
        number: u64,
        within: std::ops::RangeInclusive<u64>,
    ) {
        if !within.contains(&number) {
            let message = format!("应在 {} 至 {} 之间", within.start(), within.end());
            self.add(pointer(), "out_of_range", &message);
        }
    }

    /// Names that stand in ascending order, none twice.
    pub(crate) fn ascending<T: Ord>(
        &mut self,
        names: impl IntoIterator<Item = T>,
        pointer: impl Fn(usize) -> String,
    ) {
        let mut before: Option<T> = None;
        for (place, name) in names.into_iter().enumerate() {
            match before.as_ref().map(|before| before.cmp(&name)) {
                Some(std::cmp::Ordering::Equal) => self.add(pointer(place), "duplicate", "重复"),
                Some(std::cmp::Ordering::Greater) => {
                    self.add(pointer(place), "not_sorted", "未按编号升序排列");
                }
                _ => {}
            }
            before = Some(name);
        }
    }
}

/// What cannot be read at all.
pub(crate) fn malformed(why: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Malformed, "malformed", "不是抽取文件，或书写不合规范").with_detail(why)
}
