#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use tongban_kernel::SystemEntropy;

use super::*;

/// A directory of its own for each test, removed afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = tongban_kernel::entropy::readable_code(16, &SystemEntropy);
        let path = std::env::temp_dir().join(format!("tongban-seal-{name}"));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, content: &str, mode: u32) -> PathBuf {
        let path = self.0.join("master.key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn load(path: &Path) -> Result<MasterKey, KeyFault> {
    MasterKey::load_or_create(path, &SystemEntropy)
}

#[test]
fn hexadecimal_is_read_strictly() {
    let key = MasterKey::from_hex(&"0aF9".repeat(16)).unwrap();
    assert_eq!(key.bytes(), [0x0a, 0xf9].repeat(16));
    assert!(matches!(MasterKey::from_hex(""), Err(KeyFault::Length(0))));
    assert!(matches!(MasterKey::from_hex(&"a".repeat(65)), Err(KeyFault::Length(65))));
    for wrong in ["+", " ", "g", "一", "\n"] {
        let text = format!("{}{wrong}", "a".repeat(63));
        assert!(matches!(MasterKey::from_hex(&text), Err(KeyFault::Digit(64))), "{wrong:?}");
    }
}

#[test]
fn debug_and_faults_hide_the_key() {
    let key = MasterKey::from_hex(&"ab".repeat(32)).unwrap();
    assert_eq!(format!("{key:?}"), "MasterKey(..)");
    let fault = MasterKey::from_hex(&"abcdefgx".repeat(8)).unwrap_err();
    assert!(!format!("{fault:?} {fault}").contains("abcdef"));
}

#[test]
fn a_new_key_is_made_once_and_belongs_to_its_owner() {
    let scratch = Scratch::new();
    let path = scratch.0.join("master.key");
    let key = load(&path).unwrap();
    assert_ne!(key.bytes(), [0; 32]);
    assert_eq!(load(&path).unwrap().bytes(), key.bytes());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "no draft is left behind");
    assert_eq!(fs::read_to_string(&path).unwrap().len(), 65);
}

#[test]
fn processes_that_start_at_once_share_one_key() {
    let scratch = Scratch::new();
    let path = scratch.0.join("master.key");
    let keys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| load(&path).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| key.bytes() == keys[0].bytes()));
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1);
}

#[test]
fn a_file_open_to_others_is_refused() {
    let scratch = Scratch::new();
    for mode in [0o640, 0o604, 0o620, 0o644, 0o601] {
        let path = scratch.file(&"ab".repeat(32), mode);
        assert!(matches!(load(&path), Err(KeyFault::Exposed { mode: found, .. }) if found == mode));
    }
    for mode in [0o600, 0o400] {
        assert!(load(&scratch.file(&"ab".repeat(32), mode)).is_ok());
        fs::remove_file(scratch.0.join("master.key")).unwrap();
    }
}

#[test]
fn what_is_no_key_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    let (long, digits) = ("ab".repeat(33), "xy".repeat(32));
    for content in ["", "\n", &long, &digits, &"ab".repeat(1_000_000)] {
        let path = scratch.file(content, 0o600);
        let fault = load(&path).unwrap_err();
        assert!(matches!(fault, KeyFault::Content { .. }), "{fault}");
        assert!(!fault.to_string().contains("abab"));
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    for content in [format!("{}\n", "ab".repeat(32)), format!("{}\r\n", "AB".repeat(32))] {
        assert_eq!(load(&scratch.file(&content, 0o600)).unwrap().bytes(), [0xab; 32]);
    }
}

#[test]
fn places_where_no_key_can_be_are_told() {
    let scratch = Scratch::new();
    assert!(matches!(load(&scratch.0), Err(KeyFault::NotAFile(_))));
    let nowhere = scratch.0.join("no/such/master.key");
    assert!(matches!(load(&nowhere), Err(KeyFault::Create { .. })));
    let below = scratch.file(&"ab".repeat(32), 0o600).join("master.key");
    assert!(matches!(load(&below), Err(KeyFault::Read { .. })));
}

#[test]
fn a_provided_file_may_be_readable_but_not_writable_for_others_and_is_never_made() {
    let digits = "ab".repeat(32);
    for mode in [0o400, 0o440, 0o444, 0o600, 0o644] {
        let scratch = Scratch::new();
        assert!(MasterKey::load_provided(scratch.file(&digits, mode)).is_ok(), "{mode:03o}");
    }
    for mode in [0o620, 0o602, 0o666] {
        let scratch = Scratch::new();
        let path = scratch.file(&digits, mode);
        assert!(matches!(
            MasterKey::load_provided(&path),
            Err(KeyFault::Exposed { mode: found, .. }) if found == mode
        ));
    }
    let scratch = Scratch::new();
    let path = scratch.0.join("not-mounted");
    assert!(matches!(MasterKey::load_provided(&path), Err(KeyFault::Read { .. })));
    assert!(!path.exists());
}
