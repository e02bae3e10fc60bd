//! Versions of events: how one that an earlier version of the program wrote is read as one of today.
//!
//! The version is part of the stored name, so the hash covers it, and rows written before there were versions
//! are of version 1 as they stand. What is stored is never rewritten; it is brought up when it is read.

use std::fmt;

use serde_json::Value;

use crate::event::DomainEvent;

/// One step: what makes the data of an event out of those of its version before.
#[derive(Debug, Clone, Copy)]
pub struct Upcast {
    /// Name of the event as it was written.
    pub name: &'static str,
    /// The version it was written in; the step leads to the one after it.
    pub from: u32,
    /// Name from the next version on: the same, unless the event was renamed or became another one.
    pub to: &'static str,
    /// The data of the next version. A pure function; an error is a damaged event or a mistake in the step.
    pub data: fn(Value) -> Result<Value, String>,
}

/// Name and version of an event. As text, and stored: `submitted` in version 1, `submitted.v2` in version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versioned<'a> {
    /// The name without its version.
    pub name: &'a str,
    /// From 1.
    pub version: u32,
}

impl<'a> Versioned<'a> {
    /// Reads a stored name; `None` when it is none. Each has one way of being written.
    pub fn parse(stored: &'a str) -> Option<Self> {
        let found = match stored.split_once(".v") {
            None => Self { name: stored, version: 1 },
            Some((name, version)) => {
                let canonical = version.starts_with(|first: char| matches!(first, '1'..='9'))
                    && version.bytes().all(|byte| byte.is_ascii_digit());
                let version = version.parse().ok().filter(|number| canonical && *number > 1)?;
                Self { name, version }
            }
        };
        (!found.name.is_empty() && !found.name.contains('.')).then_some(found)
    }

    /// The version in which `E` writes events of this name today.
    pub fn of<E: DomainEvent>(name: &'a str) -> Self {
        let led_to = E::upcasts().iter().filter(|step| step.to == name);
        Self { name, version: led_to.map(|step| step.from + 1).max().unwrap_or(1) }
    }

    fn step<E: DomainEvent>(self) -> Option<&'static Upcast> {
        E::upcasts().iter().find(|step| step.name == self.name && step.from == self.version)
    }

    /// Whether `E` reads it as it is, without any step.
    pub(crate) fn is_of_today<E: DomainEvent>(self) -> bool {
        self.step::<E>().is_none() && self == Self::of::<E>(self.name)
    }

    /// Brings data of this version up to today's; gives the name they have today.
    ///
    /// # Errors
    /// When the version is one that this build does not know, or a step cannot be taken.
    pub fn bring_up<E: DomainEvent>(self, mut data: Value) -> Result<(&'a str, Value), Unreadable> {
        let mut at = self;
        while let Some(step) = at.step::<E>() {
            data = (step.data)(data)
                .map_err(|problem| Unreadable::Step { event: at.to_string(), problem })?;
            at = Self { name: step.to, version: step.from + 1 };
        }
        let known = Self::of::<E>(at.name).version;
        if at.version != known {
            return Err(Unreadable::Newer { event: at.to_string(), known });
        }
        Ok((at.name, data))
    }
}

impl fmt::Display for Versioned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            1 => f.write_str(self.name),
            version => write!(f, "{}.v{version}", self.name),
        }
    }
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// What is stored as its name is none.
    #[error("{0:?} is no name of an event")]
    Name(String),
    /// It is of a version that this build does not know; what it means is not guessed.
    #[error(
        "{event} is of a version this build does not know (it knows {known}): upgrade, then read it again"
    )]
    Newer {
        /// Name and version.
        event: String,
        /// The version that this build writes.
        known: u32,
    },
    /// A step to the next version failed.
    #[error("{event} cannot be brought up to the next version: {problem}")]
    Step {
        /// Name and version.
        event: String,
        /// What the step says.
        problem: String,
    },
    /// The data do not have the shape of the event.
    #[error(transparent)]
    Shape(#[from] serde_json::Error),
}

/// What is wrong with the steps of `E`, for its tests: steps that cannot be told apart, versions that no step
/// leads on from, steps that never end.
pub fn faults_in_steps<E: DomainEvent>() -> Vec<String> {
    let mut faults = Vec::new();
    for step in E::upcasts() {
        let name = Versioned { name: step.name, version: step.from };
        let same = |other: &&Upcast| other.name == step.name && other.from == step.from;
        if step.from == 0 || E::upcasts().iter().filter(same).count() != 1 {
            faults.push(format!("{name}: there has to be one step from each version, from 1 on"));
        }
        // Versions only rise, so a chain of steps ends; it has to end where today's version is.
        let mut at = Versioned { name: step.to, version: step.from + 1 };
        while let Some(next) = at.step::<E>() {
            at = Versioned { name: next.to, version: next.from + 1 };
        }
        if at != Versioned::of::<E>(at.name) {
            faults.push(format!("{name}: its steps end at {at}, which is not today's version"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::Versioned;

    #[test]
    fn a_name_and_version_have_one_way_of_being_written() {
        for (text, name, version) in
            [("submitted", "submitted", 1), ("submitted.v2", "submitted", 2), ("a.v10", "a", 10)]
        {
            let found = Versioned::parse(text).unwrap();
            assert_eq!((found.name, found.version), (name, version));
            assert_eq!(found.to_string(), text);
        }
        for text in [
            "",
            ".v2",
            "a.v1",
            "a.v0",
            "a.v02",
            "a.v",
            "a.v+2",
            "a.v2.v3",
            "a.b",
            "a.v2x",
            "a.b.v2",
            "a.v99999999999",
        ] {
            assert_eq!(Versioned::parse(text), None, "{text}");
        }
    }
}
