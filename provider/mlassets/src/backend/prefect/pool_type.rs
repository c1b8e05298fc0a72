//! The kinds of work pool that Prefect knows, as data.
//!
//! A server accepts any text as the type of a pool, and a pool of an unknown type waits for a worker that
//! never comes. So a caller warns about a type that is not listed here, nor in
//! [`super::Prefect::worker_types`] of its own server, and offers the [`nearest`] one.

/// A kind of work pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolType {
    /// What the API calls it.
    pub name: &'static str,
    /// Who runs the work.
    pub runs_by: RunsBy,
}

/// Who takes work from a pool and runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunsBy {
    /// A worker process of the user.
    Worker,
    /// The agent of Prefect 2; such a pool has no status.
    Agent,
    /// Prefect Cloud, which submits to the user's cloud account. Only on Cloud.
    Push,
    /// Prefect Cloud, on its own machines. Only on Cloud.
    Managed,
}

impl RunsBy {
    /// Whether only Prefect Cloud serves such a pool.
    pub fn is_cloud_only(self) -> bool {
        matches!(self, Self::Push | Self::Managed)
    }
}

/// Every known kind, sorted by name.
pub const POOL_TYPES: &[PoolType] = &[
    worker("azure-container-instance"),
    push("azure-container-instance:push"),
    worker("cloud-run"),
    push("cloud-run:push"),
    worker("cloud-run-v2"),
    push("cloud-run-v2:push"),
    worker("coiled"),
    push("coiled:push"),
    worker("docker"),
    worker("ecs"),
    push("ecs:push"),
    worker("kubernetes"),
    worker("modal"),
    push("modal:push"),
    PoolType { name: "prefect-agent", runs_by: RunsBy::Agent },
    PoolType { name: "prefect:managed", runs_by: RunsBy::Managed },
    worker("process"),
    worker("vertex-ai"),
];

/// The kind called exactly `name`.
pub fn known(name: &str) -> Option<PoolType> {
    POOL_TYPES.iter().copied().find(|kind| kind.name == name)
}

/// The known kind that a person who typed `name` probably meant; nothing if none is close.
pub fn nearest(name: &str) -> Option<&'static str> {
    let wanted = name.trim().to_lowercase().replace(['_', ' '], "-");
    POOL_TYPES
        .iter()
        .map(|kind| (strsim::jaro_winkler(&wanted, kind.name), kind.name))
        .filter(|(likeness, _)| *likeness >= 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

const fn worker(name: &'static str) -> PoolType {
    PoolType { name, runs_by: RunsBy::Worker }
}

const fn push(name: &'static str) -> PoolType {
    PoolType { name, runs_by: RunsBy::Push }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(nearest(typed), expected, "{typed:?}");
    }

    #[test]
    fn suggests_what_was_meant() {
        check("kubernets", Some("kubernetes"));
        check("Kubernetes", Some("kubernetes"));
        check("proces", Some("process"));
        check("cloud_run", Some("cloud-run"));
        check("cloudrun-v2", Some("cloud-run-v2"));
        check("ecs-push", Some("ecs:push"));
        check("dockr", Some("docker"));
        check("prefect-managed", Some("prefect:managed"));
        check("my-own-type", None);
        check("", None);
    }

    #[test]
    fn every_kind_is_nearest_to_itself() {
        for kind in POOL_TYPES {
            check(kind.name, Some(kind.name));
            assert_eq!(known(kind.name), Some(*kind));
            assert_eq!(kind.name.ends_with(":push"), kind.runs_by == RunsBy::Push);
        }
        assert_eq!(known("Docker"), None);
    }
}
