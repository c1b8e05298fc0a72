//! The migrations that this program carries, and which of them a database still needs. Pure.

use sha2::{Digest, Sha256};

use super::error::Error;

/// One step of the schema; a file of `migrations/` that never changes once it was released.
#[derive(Clone, Copy, Debug)]
pub(super) struct Migration {
    pub(super) version: i64,
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

/// A row of `schema_migrations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) version: i64,
    pub(super) name: String,
    pub(super) checksum: String,
}

pub(super) const POSTGRES: &[Migration] = &[Migration {
    version: 1,
    name: "registry",
    sql: include_str!("migrations/postgres/0001_registry.sql"),
}];

pub(super) const SQLITE: &[Migration] = &[Migration {
    version: 1,
    name: "registry",
    sql: include_str!("migrations/sqlite/0001_registry.sql"),
}];

/// The version of the tables after the last migration, the same in both databases.
pub(super) const LATEST: i64 = latest(POSTGRES);

const _: () = assert!(LATEST == latest(SQLITE), "both databases have the same migrations");

/// The columns that each table must have, whatever else it has.
pub(super) const TABLES: &[(&str, &[&str])] = &[
    ("schema_migrations", &["version", "name", "checksum", "applied_at"]),
    (
        "model_registry",
        &[
            "id",
            "model_name",
            "model_version",
            "status",
            "artifact_uri",
            "artifact_sha256",
            "description",
            "metadata",
            "row_version",
            "created_at",
            "created_by",
            "updated_at",
            "updated_by",
        ],
    ),
    (
        "model_deployment",
        &[
            "id",
            "model_name",
            "environment",
            "model_version",
            "status",
            "previous_version",
            "row_version",
            "deployed_at",
            "deployed_by",
            "ended_at",
            "ended_by",
        ],
    ),
    (
        "model_registry_audit",
        &[
            "seq",
            "at",
            "actor",
            "txn",
            "op",
            "model_name",
            "model_version",
            "environment",
            "old_status",
            "new_status",
            "row_version",
            "detail",
        ],
    ),
];

/// The number of the last migration.
pub(super) const fn latest(migrations: &[Migration]) -> i64 {
    match migrations.last() {
        Some(migration) => migration.version,
        None => 0,
    }
}

impl Migration {
    /// SHA-256 of the file as it is in the repository.
    pub(super) fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.sql))
    }
}

/// The next migration to apply, after those that were.
pub(super) fn next(
    place: &str,
    migrations: &'static [Migration],
    applied: &[Applied],
) -> Result<Option<&'static Migration>, Error> {
    let known = latest(migrations);
    for row in applied {
        let Some(migration) = migrations.iter().find(|known| known.version == row.version) else {
            return Err(Error::SchemaTooNew { place: place.into(), found: row.version, known });
        };
        let checksum = migration.checksum();
        if checksum != row.checksum {
            let short = |text: &str| text.chars().take(12).collect();
            return Err(Error::MigrationChanged {
                place: place.into(),
                version: row.version,
                name: row.name.clone(),
                applied: short(&row.checksum),
                known: short(&checksum),
            });
        }
    }
    Ok(migrations
        .iter()
        .find(|migration| !applied.iter().any(|row| row.version == migration.version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_from_one() {
        for migrations in [POSTGRES, SQLITE] {
            for (index, migration) in migrations.iter().enumerate() {
                assert_eq!(usize::try_from(migration.version), Ok(index + 1));
            }
        }
    }

    /// Before 3.47 a schema with a computed message is malformed, so that no other tool could read the file.
    #[test]
    fn messages_of_sqlite_are_literals() {
        for migration in SQLITE {
            let mut messages = migration.sql.split("RAISE(").skip(1).peekable();
            assert!(messages.peek().is_some(), "{} guards nothing", migration.name);
            for message in messages {
                let text = message.strip_prefix("ABORT, '").and_then(|text| text.split_once('\''));
                let (text, rest) = text.unwrap_or_else(|| panic!("no literal: {message}"));
                assert!(rest.starts_with(')'), "RAISE({message}");
                assert!(text.contains(": "), "{text} names no law");
            }
        }
    }

    #[test]
    fn both_databases_have_the_same_steps() {
        let names = |migrations: &[Migration]| -> Vec<_> {
            migrations.iter().map(|migration| (migration.version, migration.name)).collect()
        };
        assert_eq!(names(POSTGRES), names(SQLITE));
    }
}
