//! The tables of supervision, each subject's in a module of its own.

pub mod libraries;
pub mod onsite;

use sea_orm_migration::prelude::*;

/// All migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = libraries::migrations();
    all.extend(tongban_drawing::migrations());
    all.extend(onsite::migrations());
    all
}
