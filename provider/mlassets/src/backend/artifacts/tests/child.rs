//! Another process, made by starting this test binary again with orders in an environment variable.

use std::path::Path;
use std::process::Command;

use crate::backend::artifacts::directory::Directory;
use crate::backend::artifacts::stream::Meter;
use crate::backend::artifacts::tests::{key, new, sources};

const ORDERS: &str = "MLASSETS_ARTIFACTS_CHILD";

/// A command that obeys `order` in the lab at `folder` in another process.
pub(super) fn command(folder: &Path, order: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["backend::artifacts::tests::child::obey", "--exact", "--nocapture"])
        .env(ORDERS, format!("{}|{order}", folder.display()));
    command
}

/// Does nothing unless [`command`] started this process.
#[test]
fn obey() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let (folder, order) = orders.split_once('|').unwrap();
    let folder = Path::new(folder);
    #[cfg(feature = "acceptance")]
    if let Some((order, place)) = order.split_once('@') {
        return crate::backend::artifacts::tests::objects::obey(folder, order, place);
    }
    let store = Directory::new(folder.join("store")).unwrap();
    match order {
        "publish" => drop(store.publish(&new(sources(folder)), &Meter::default()).unwrap()),
        "restore" => {
            drop(store.restore(&key(), None, &sources(folder), &Meter::default()).unwrap());
        }
        "remove" => store.remove(&key()).unwrap(),
        _ => panic!("unknown order {order}"),
    }
}
