//! Paths below the API URL, in the exact form that the server routes.
//!
//! A path that differs by one slash is redirected by the server, and a redirected write may lose its body;
//! so the forms stand here and nowhere else. Names are encoded as one segment each.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) const VERSION: &str = "/admin/version";
pub(super) const WORKER_TYPES: &str = "/collections/views/aggregate-worker-metadata";
pub(super) const WORK_POOLS: &str = "/work_pools/";
pub(super) const WORK_POOLS_FILTER: &str = "/work_pools/filter";
pub(super) const DEPLOYMENTS_FILTER: &str = "/deployments/filter";
pub(super) const FLOWS_FILTER: &str = "/flows/filter";
pub(super) const VARIABLES: &str = "/variables/";
pub(super) const VARIABLES_FILTER: &str = "/variables/filter";
pub(super) const CONCURRENCY_LIMITS: &str = "/v2/concurrency_limits/";
pub(super) const CONCURRENCY_LIMITS_FILTER: &str = "/v2/concurrency_limits/filter";

pub(super) fn csrf_token(client: &str) -> String {
    format!("/csrf-token?client={}", segment(client))
}

pub(super) fn work_pool(name: &str) -> String {
    format!("/work_pools/{}", segment(name))
}

/// Without a slash at the end, unlike [`WORK_POOLS`].
pub(super) fn work_queues(pool: &str) -> String {
    format!("/work_pools/{}/queues", segment(pool))
}

pub(super) fn work_queues_filter(pool: &str) -> String {
    format!("/work_pools/{}/queues/filter", segment(pool))
}

pub(super) fn work_queue(pool: &str, name: &str) -> String {
    format!("/work_pools/{}/queues/{}", segment(pool), segment(name))
}

pub(super) fn deployment_by_name(flow: &str, name: &str) -> String {
    format!("/deployments/name/{}/{}", segment(flow), segment(name))
}

pub(super) fn deployment_pause(id: &str, paused: bool) -> String {
    let action = if paused { "pause" } else { "resume" };
    format!("/deployments/{}/{action}_deployment", segment(id))
}

pub(super) fn variable(name: &str) -> String {
    format!("/variables/name/{}", segment(name))
}

pub(super) fn variable_by_id(id: &str) -> String {
    format!("/variables/{}", segment(id))
}

/// By name or by ID: the server takes what reads as a UUID for an ID.
pub(super) fn concurrency_limit(name: &str) -> String {
    format!("/v2/concurrency_limits/{}", segment(name))
}

fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_segment_each() {
        let check = |name: &str, expected: &str| assert_eq!(work_pool(name), expected);
        check("gpu-1_a.b~c", "/work_pools/gpu-1_a.b~c");
        check("a b?#", "/work_pools/a%20b%3F%23");
        check("é", "/work_pools/%C3%A9");
        check("a/b%\\", "/work_pools/a%2Fb%25%5C");
        assert_eq!(work_queue("p 1", "q&2"), "/work_pools/p%201/queues/q%262");
        assert_eq!(work_queues("p 1"), "/work_pools/p%201/queues");
        assert_eq!(work_queues_filter("p"), "/work_pools/p/queues/filter");
        assert_eq!(deployment_by_name("f 1", "d/2"), "/deployments/name/f%201/d%2F2");
        assert_eq!(deployment_pause("1", true), "/deployments/1/pause_deployment");
        assert_eq!(deployment_pause("1", false), "/deployments/1/resume_deployment");
        assert_eq!(concurrency_limit("tag:gpu"), "/v2/concurrency_limits/tag%3Agpu");
        assert_eq!(csrf_token("a b"), "/csrf-token?client=a%20b");
    }
}
