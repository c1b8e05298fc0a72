//! What the parts of a system are called in each environment.

use tfplug::{At, Error, Function, Result, Schema};

use crate::backend::prefect::name;

/// The full name of an environment: `dev` is `development`, `stg` and `stage` are `staging`, `prd`, `prod` and `live`
/// are `production`, in upper or lower case.
#[derive(Schema, Debug)]
#[tf(name = "canonical_env")]
pub struct CanonicalEnv {
    /// What somebody calls the environment.
    #[tf(example = "\"prod\"")]
    pub name: String,
}

impl Function for CanonicalEnv {
    type Output = String;

    fn call(self) -> Result<String> {
        let known = environment(&self.name).map(|known| known.full.to_owned());
        let unknown = || {
            let all: Vec<_> =
                ENVIRONMENTS.iter().map(|known| format!("`{}`", known.full)).collect();
            let detail = format!("The name is no known one of {}.", all.join(", "));
            Error::user("Unknown environment", detail)
        };
        known.ok_or_else(unknown).at(Self::NAME)
    }
}

/// The name of a system's work pool in an environment: `<system>-<environment>`, with `dev`, `staging` and `prod` for
/// the environments that have a known name.
#[derive(Schema, Debug)]
#[tf(name = "work_pool_name")]
pub struct WorkPoolName {
    /// The system.
    #[tf(example = "\"ml-assets-core\"")]
    pub system: String,
    /// The environment, by whatever name.
    #[tf(example = "\"production\"")]
    pub environment: String,
}

impl Function for WorkPoolName {
    type Output = String;

    fn call(self) -> Result<String> {
        // Each part for itself, so that the error is at its argument.
        for (part, at) in [(&self.system, Self::SYSTEM), (&self.environment, Self::ENVIRONMENT)] {
            if part.trim().is_empty() {
                return Err(Error::user("Invalid name", "The name must not be empty.")).at(at);
            }
            name::check_queue(part)
                .map_err(|problem| {
                    Error::user(
                        "Invalid name",
                        format!("It cannot be part of a work pool's name: {problem}."),
                    )
                })
                .at(at)?;
        }
        let short =
            environment(&self.environment).map_or(self.environment.as_str(), |known| known.short);
        let pool = format!("{}-{short}", self.system);
        name::check_pool(&pool)
            .map_err(|problem| {
                Error::user(
                    "Invalid name",
                    format!("Prefect does not take such a pool: {problem}."),
                )
            })
            .at(Self::SYSTEM)?;
        Ok(pool)
    }
}

/// An environment that every system knows.
struct Environment {
    full: &'static str,
    /// As it stands in names.
    short: &'static str,
    others: &'static [&'static str],
}

const ENVIRONMENTS: [Environment; 3] = [
    Environment { full: "development", short: "dev", others: &["devel", "develop"] },
    Environment { full: "staging", short: "staging", others: &["stg", "stage"] },
    Environment { full: "production", short: "prod", others: &["prd", "live"] },
];

fn environment(name: &str) -> Option<&'static Environment> {
    let name = name.to_lowercase();
    ENVIRONMENTS.iter().find(|known| {
        known.full == name || known.short == name || known.others.contains(&name.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn full(name: &str, expected: Result<&str, &str>) {
        let found =
            CanonicalEnv { name: name.to_owned() }.call().map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{name}");
    }

    #[track_caller]
    fn pool(system: &str, environment: &str, expected: Result<&str, &str>) {
        let call = WorkPoolName { system: system.to_owned(), environment: environment.to_owned() };
        let found = call.call().map_err(|error| error.to_string());
        assert_eq!(
            found,
            expected.map(str::to_owned).map_err(str::to_owned),
            "{system} {environment}"
        );
    }

    #[test]
    fn an_environment_has_one_full_name() {
        for (names, expected) in [
            (["dev", "devel", "Development"], "development"),
            (["stg", "stage", "STAGING"], "staging"),
            (["prd", "prod", "production"], "production"),
        ] {
            for name in names {
                full(name, Ok(expected));
            }
            full(expected, Ok(expected));
        }
        for name in ["", "prod ", "qa", "produktion"] {
            full(
                name,
                Err(
                    "name: Unknown environment: The name is no known one of `development`, `staging`, `production`.",
                ),
            );
        }
    }

    #[test]
    fn a_pool_is_named_after_system_and_environment() {
        pool("ml-assets-core", "production", Ok("ml-assets-core-prod"));
        pool("ml-assets-core", "stg", Ok("ml-assets-core-staging"));
        pool("ml-assets-core", "qa-2", Ok("ml-assets-core-qa-2"));
        pool("", "dev", Err("system: Invalid name: The name must not be empty."));
        pool("core", " ", Err("environment: Invalid name: The name must not be empty."));
        pool(
            "core",
            "a/b",
            Err(
                "environment: Invalid name: It cannot be part of a work pool's name: the name contains `/`; Prefect refuses \
                 each of `/ % & < >`.",
            ),
        );
        pool(
            "Prefect-core",
            "dev",
            Err(
                "system: Invalid name: Prefect does not take such a pool: names that start with `prefect`, in upper or lower \
                 case, are reserved by Prefect; choose another.",
            ),
        );
    }
}
