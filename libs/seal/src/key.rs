//! The master key and where it is kept.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tongban_kernel::Entropy;
use zeroize::Zeroizing;

const LENGTH: usize = 32;
/// No more is read of a key file: 64 digits, a line end, and one byte to notice that it is too long.
const READ: u64 = 2 * LENGTH as u64 + 3;
/// Everything that group and others can be allowed.
const OTHERS: u32 = 0o077;
/// What lets group and others change a file.
const OTHERS_WRITE: u32 = 0o022;

/// Why there is no master key. Never holds any of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// Not 64 characters.
    #[error("a master key has 64 hexadecimal digits, not {0} characters")]
    Length(usize),
    /// Something else than hexadecimal digits.
    #[error("a master key has hexadecimal digits only; character {0} is none")]
    Digit(usize),
    /// The key file holds no key.
    #[error("the key file {} holds no master key: {fault}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        #[source]
        fault: Box<KeyFault>,
    },
    /// The key file is something else than a file.
    #[error("{} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// Others than its owner may use the key file.
    #[error("the key file {} is open to others (mode {mode:03o}): chmod 600 it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file cannot be read.
    #[error("the key file {} cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The file cannot be made.
    #[error("the key file {} cannot be made: {error}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
}

/// The key from which all others are derived (主密钥): 32 bytes, wiped from memory when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; LENGTH]>);

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// Reads a key of 64 hexadecimal digits, in either case and without anything around them.
    ///
    /// # Errors
    /// [`KeyFault::Length`] or [`KeyFault::Digit`].
    pub fn from_hex(text: &str) -> Result<Self, KeyFault> {
        let length = text.chars().count();
        if length != 2 * LENGTH {
            return Err(KeyFault::Length(length));
        }
        let mut key = Self(Zeroizing::new([0; LENGTH]));
        for (index, character) in text.chars().enumerate() {
            let digit = character.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let digit = digit.ok_or(KeyFault::Digit(index + 1))?;
            key.0[index / 2] = key.0[index / 2] << 4 | digit;
        }
        Ok(key)
    }

    /// Reads the key in the file at `path`, or makes one there when there is no such file.
    ///
    /// The file holds the key in hexadecimal and belongs to its owner alone (mode 0600). A new one appears
    /// whole or not at all, and never in place of another: of several processes that start at once, one
    /// makes the key and all use it. The directory has to exist: a key made anew because a volume was
    /// not mounted would leave what was sealed unreadable.
    ///
    /// # Errors
    /// [`KeyFault::Exposed`] (on Unix) when group or others may read or write the file;
    /// [`KeyFault::NotAFile`]; [`KeyFault::Content`] when it holds no key, in which case it is left as it
    /// is; [`KeyFault::Read`] and [`KeyFault::Create`] when the system refuses.
    pub fn load_or_create(path: impl AsRef<Path>, entropy: &dyn Entropy) -> Result<Self, KeyFault> {
        let path = path.as_ref();
        if let Some(key) = Self::load(path, OTHERS)? {
            return Ok(key);
        }
        create(path, entropy).map_err(|error| KeyFault::Create { path: path.into(), error })?;
        Self::load(path, OTHERS)?.ok_or_else(|| missing(path))
    }

    /// Reads the key in a file that the operator provides, such as a secret mounted into a container.
    ///
    /// Platforms mount secrets readable by group or all within a file system that only the container sees,
    /// so reading is theirs to allow; writing is not. The file is never made: a secret that is not mounted
    /// is a fault to be told.
    ///
    /// # Errors
    /// As [`MasterKey::load_or_create`], and [`KeyFault::Read`] when there is no such file.
    pub fn load_provided(path: impl AsRef<Path>) -> Result<Self, KeyFault> {
        let path = path.as_ref();
        Self::load(path, OTHERS_WRITE)?.ok_or_else(|| missing(path))
    }

    /// The key in a file that grants none of the `forbidden` permissions, or nothing without a file.
    fn load(path: &Path, forbidden: u32) -> Result<Option<Self>, KeyFault> {
        let unreadable = |error| KeyFault::Read { path: path.into(), error };
        // Before opening it: to open a pipe would wait for a writer.
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => return Err(KeyFault::NotAFile(path.into())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        }
        let file = File::open(path).map_err(unreadable)?;
        refuse_exposed(path, &file, forbidden)?;
        let mut text = Zeroizing::new(String::with_capacity(READ as usize));
        file.take(READ).read_to_string(&mut text).map_err(unreadable)?;
        let digits = text.strip_suffix('\n').unwrap_or(&text);
        let digits = digits.strip_suffix('\r').unwrap_or(digits);
        Self::from_hex(digits)
            .map(Some)
            .map_err(|fault| KeyFault::Content { path: path.into(), fault: Box::new(fault) })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

fn missing(path: &Path) -> KeyFault {
    KeyFault::Read { path: path.into(), error: io::Error::from(ErrorKind::NotFound) }
}

/// Looks at the file that was opened, not at what the path names by now.
#[cfg(unix)]
fn refuse_exposed(path: &Path, file: &File, forbidden: u32) -> Result<(), KeyFault> {
    use std::os::unix::fs::PermissionsExt;

    let found = file.metadata().map_err(|error| KeyFault::Read { path: path.into(), error })?;
    let mode = found.permissions().mode() & 0o777;
    if mode & forbidden != 0 {
        return Err(KeyFault::Exposed { path: path.into(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path, _file: &File, _forbidden: u32) -> Result<(), KeyFault> {
    Ok(())
}

/// Makes a new key file unless somebody else does so first.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let mut key = MasterKey(Zeroizing::new([0; LENGTH]));
    entropy.fill(&mut *key.0);
    let mut mark = [0_u8; 8];
    entropy.fill(&mut mark);

    let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{:016x}.tmp", u64::from_be_bytes(mark)));
    let draft = path.with_file_name(name);
    let made = write(&draft, &key).and_then(|()| {
        // A link, unlike a renaming, refuses to take the place of a file that exists.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            outcome => outcome,
        }
    });
    let removed = fs::remove_file(&draft);
    made.and(removed)?;
    sync_directory(path)
}

fn write(draft: &Path, key: &MasterKey) -> io::Result<()> {
    let mut text = Zeroizing::new(String::with_capacity(2 * LENGTH + 1));
    for byte in *key.0 {
        for digit in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text.push('\n');
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Makes the new name last through a power cut.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
