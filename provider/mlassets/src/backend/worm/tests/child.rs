//! Another process, made by starting this test binary again with orders in an environment variable.
//!
//! Locks, the umask and sudden death belong to processes, so threads cannot stand for them.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::umask;

use crate::backend::worm::directory::Directory;
use crate::backend::worm::tests::{bucket, key, record};
use crate::backend::worm::{Clock, Options};

const ORDERS: &str = "MLASSETS_WORM_CHILD";

/// A command that runs `orders` on the archive `root` in another process at the time `now`.
pub(super) fn command(root: &Path, now: &str, orders: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["backend::worm::tests::child::obey", "--exact", "--nocapture"])
        .env(ORDERS, format!("{}|{now}|{orders}", root.display()));
    command
}

#[track_caller]
pub(super) fn run(root: &Path, now: &str, orders: &str) {
    let Output { status, stdout, stderr } = command(root, now, orders).output().unwrap();
    let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(status.success() && text.contains("1 passed"), "{orders}: {text}");
}

/// Does nothing unless [`command`] started this process.
#[test]
fn obey() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let orders: Vec<&str> = orders.split('|').collect();
    let [root, now, orders @ ..] = &orders[..] else { panic!("{orders:?}") };
    let now = now.parse().unwrap();
    let options = Options {
        lock_wait: Duration::from_mins(2),
        clock: Clock::from_fn(move || now),
        ..Options::new("tester")
    };
    let archive = Directory::new(root.into(), options).unwrap();
    for order in orders {
        match order.split(' ').collect::<Vec<_>>()[..] {
            ["umask", bits] => {
                umask(Mode::from_raw_mode(u32::from_str_radix(bits, 8).unwrap()));
            }
            ["create", days] => {
                archive.create_bucket(&bucket(days.parse().unwrap())).unwrap();
            }
            ["extend", days] => {
                archive.extend_retention("audit", days.parse().unwrap()).unwrap();
            }
            ["append", name] => {
                archive.append(&record(name, name)).unwrap();
            }
            ["append", name, times] => {
                for i in 0..times.parse().unwrap() {
                    archive.append(&record(&format!("{name}{i}"), name)).unwrap();
                }
            }
            ["delete", name] => archive.delete_record(&key(name)).unwrap(),
            ["restore", name] => {
                archive.restore_mode(&key(name)).unwrap();
            }
            ["delete_bucket"] => archive.delete_bucket("audit").unwrap(),
            _ => panic!("unknown order {order}"),
        }
    }
}
