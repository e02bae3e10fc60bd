//! The tables of the supermarket: who offers what (`entry`), then purchases.

mod entry;
pub mod purchases;

use sea_orm_migration::MigrationTrait;

/// All migrations, oldest first: those of each subject are a list of their own.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = entry::migrations();
    all.extend(crate::purchasing::migrations());
    all
}
