//! A thousand changes that someone with access to the files could make, each of them noticed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::backend::worm::Anchor;
use crate::backend::worm::directory::Directory;
use crate::backend::worm::entry::{Entry, Event};
use crate::backend::worm::tests::{Dice, Lab, bucket, key, mode, options, record, set_mode};

const ROUNDS: usize = 1_260;

#[derive(Clone, Debug, PartialEq)]
enum Node {
    File(Vec<u8>, u32),
    Link(String),
}

/// The files of a bucket by their path in it, without the lock and the files aside.
type Tree = BTreeMap<String, Node>;

type Change = fn(&mut Tree, &mut Dice);

const CHANGES: [(&str, Change); 18] = [
    ("flip a bit", flip),
    ("truncate", truncate),
    ("lengthen", lengthen),
    ("delete", delete),
    ("change the mode", change_mode),
    ("swap contents", swap_contents),
    ("rename", rename),
    ("move to another month", move_month),
    ("replace by a link", link),
    ("add a record", add_record),
    ("add an entry", add_entry),
    ("delete a middle entry and close the gap", close_gap),
    ("cut the tail with its records", cut_tail),
    ("forge a fact and all hashes after it", forge_fact),
    ("forge a record's bytes, entry and all hashes", forge_record),
    ("forge an order", forge_order),
    ("forge a shorter retention", forge_retention),
    ("remove a folder", remove_folder),
];

#[test]
fn each_change_is_noticed() {
    let lab = Lab::new();
    let anchor = build(&lab);
    let whole = read(&lab.temp.path().join("audit"));
    let mut dice = Dice(20_250_115);
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let (name, change) = CHANGES[round % CHANGES.len()];
        let mut tree = whole.clone();
        change(&mut tree, &mut dice);
        // A change may hit on what was there before; that is none.
        if tree == whole {
            continue;
        }
        *tried.entry(name).or_default() += 1;
        if let Some(missed) = missed(&lab, &tree, &anchor) {
            panic!("round {round}, {name}: {missed}");
        }
    }
    assert_eq!(tried.len(), CHANGES.len(), "{tried:?}");
    assert!(tried.values().all(|times| *times >= 30), "{tried:?}");
    assert!(tried.values().sum::<usize>() >= 1_000, "{tried:?}");
    // And without a change there is nothing to notice.
    assert!(missed(&lab, &whole, &anchor).is_some());
}

/// Two types, two months, a longer retention and a deletion.
fn build(lab: &Lab) -> Anchor {
    lab.archive.create_bucket(&bucket(10)).unwrap();
    for i in 0..8 {
        let mut new = record(&format!("record-{i}.json"), &format!("{{\"event\":{i}}}"));
        if i % 2 == 0 {
            new.record_type = "config_update".to_owned();
        }
        if i % 3 == 0 {
            new.event_time = "2024-12-31T23:00:00Z".parse().unwrap();
        }
        lab.archive.append(&new).unwrap();
        if i == 4 {
            lab.archive.extend_retention("audit", 20).unwrap();
        }
    }
    lab.append("expired", "x").unwrap();
    lab.pass_days(21);
    lab.archive.delete_record(&key("expired")).unwrap();
    lab.append("last.json", "{\"event\":\"last\"}").unwrap().anchor()
}

/// What a check of `tree` says, if it finds nothing.
fn missed(lab: &Lab, tree: &Tree, anchor: &Anchor) -> Option<String> {
    let temp = tempfile::TempDir::new().unwrap();
    write(&temp.path().join("audit"), tree);
    let archive = Directory::new(temp.path().to_owned(), options(&lab.now)).unwrap();
    match archive.verify_bucket("audit", Some(anchor)) {
        Ok(report) if report.problems.is_empty() => Some(format!("{report:?}")),
        _ => None,
    }
}

fn read(root: &Path) -> Tree {
    fn descend(dir: &Path, above: &str, tree: &mut Tree) {
        for item in fs::read_dir(dir).unwrap() {
            let item = item.unwrap();
            let name = format!("{above}{}", item.file_name().to_str().unwrap());
            if item.file_type().unwrap().is_dir() {
                descend(&item.path(), &format!("{name}/"), tree);
            } else if name != ".lock" {
                let node = Node::File(fs::read(item.path()).unwrap(), mode(&item.path()));
                tree.insert(name, node);
            }
        }
    }
    let mut tree = Tree::new();
    descend(root, "", &mut tree);
    tree
}

fn write(root: &Path, tree: &Tree) {
    for (path, node) in tree {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match node {
            Node::File(bytes, mode) => {
                fs::write(&path, bytes).unwrap();
                set_mode(&path, *mode);
            }
            Node::Link(target) => symlink(target, &path).unwrap(),
        }
    }
}

fn any(tree: &Tree, dice: &mut Dice) -> String {
    tree.keys().nth(dice.below(tree.len())).unwrap().clone()
}

fn any_record(tree: &Tree, dice: &mut Dice) -> String {
    let records: Vec<&String> = tree.keys().filter(|path| !path.starts_with('.')).collect();
    records[dice.below(records.len())].clone()
}

fn bytes<'a>(tree: &'a mut Tree, path: &str) -> &'a mut Vec<u8> {
    match tree.get_mut(path) {
        Some(Node::File(bytes, _)) => bytes,
        other => panic!("{path}: {other:?}"),
    }
}

fn flip(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    let bytes = bytes(tree, &path);
    let at = dice.below(bytes.len());
    bytes[at] ^= 1 << dice.below(8);
}

fn truncate(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    let bytes = bytes(tree, &path);
    bytes.truncate(dice.below(bytes.len()));
}

fn lengthen(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    bytes(tree, &path).push(b" \n0"[dice.below(3)]);
}

fn delete(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    tree.remove(&path);
}

fn change_mode(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    if let Some(Node::File(_, mode)) = tree.get_mut(&path) {
        *mode = u32::try_from(dice.below(0o10000)).unwrap();
    }
}

fn swap_contents(tree: &mut Tree, dice: &mut Dice) {
    let (one, other) = (any(tree, dice), any(tree, dice));
    let left = tree[&one].clone();
    let right = tree.insert(other, left).unwrap();
    tree.insert(one, right);
}

fn rename(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    let node = tree.remove(&path).unwrap();
    tree.insert(format!("{path}.{}", dice.below(10)), node);
}

fn move_month(tree: &mut Tree, dice: &mut Dice) {
    let path = any_record(tree, dice);
    let node = tree.remove(&path).unwrap();
    let month = format!("2025{:02}", 2 + dice.below(11));
    let moved = path.replace("2024/202412", &format!("2025/{month}"));
    tree.insert(moved.replace("202501", &month), node);
}

fn link(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    let node = tree.remove(&path).unwrap();
    tree.insert(".tmp/aside".to_owned(), node);
    let up = "../".repeat(path.matches('/').count());
    tree.insert(path, Node::Link(format!("{up}.tmp/aside")));
}

fn add_record(tree: &mut Tree, dice: &mut Dice) {
    let path = any_record(tree, dice);
    let node = tree[&path].clone();
    let (folder, _) = path.rsplit_once('/').unwrap();
    let name =
        if dice.below(4) == 0 { "expired".to_owned() } else { format!("new-{}", dice.below(99)) };
    tree.insert(format!("{folder}/{name}"), node);
}

fn add_entry(tree: &mut Tree, dice: &mut Dice) {
    let entries = entries(tree);
    let copy = &entries[dice.below(entries.len())];
    let next = entries.len() + 1 + dice.below(2);
    put(tree, next, copy.text());
}

fn close_gap(tree: &mut Tree, dice: &mut Dice) {
    let mut entries = entries(tree);
    entries.remove(dice.below(entries.len() - 1));
    clear(tree);
    for (i, entry) in entries.iter().enumerate() {
        put(tree, i + 1, entry.text());
    }
}

fn cut_tail(tree: &mut Tree, dice: &mut Dice) {
    let mut all = entries(tree);
    let kept = dice.below(all.len());
    for entry in all.drain(kept..) {
        tree.remove(&format!(".chain/{:012}.json", entry.sequence));
        if let Event::Record { path, .. } = entry.event {
            tree.remove(&path);
        }
    }
}

fn forge_fact(tree: &mut Tree, dice: &mut Dice) {
    let mut all = entries(tree);
    let at = dice.below(all.len());
    match dice.below(2) {
        0 => all[at].actor = "someone else".to_owned(),
        _ => all[at].written_at += jiff::SignedDuration::from_secs(1),
    }
    forge(tree, all);
}

fn forge_record(tree: &mut Tree, dice: &mut Dice) {
    let mut all = entries(tree);
    let at = dice.below(all.len());
    if let Event::Record { path, sha256, .. } = &mut all[at].event
        && tree.contains_key(path)
    {
        use sha2::Digest as _;
        let bytes = bytes(tree, path);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        *sha256 = hex::encode(sha2::Sha256::digest(&*bytes));
        forge(tree, all);
    }
}

fn forge_order(tree: &mut Tree, dice: &mut Dice) {
    let mut all = entries(tree);
    let (one, other) = (dice.below(all.len()), dice.below(all.len()));
    all.swap(one, other);
    forge(tree, all);
}

fn forge_retention(tree: &mut Tree, dice: &mut Dice) {
    let mut all = entries(tree);
    let at = dice.below(all.len());
    let written_at = all[at].written_at;
    match &mut all[at].event {
        Event::Bucket { retention_days, .. } | Event::Retention { retention_days } => {
            *retention_days -= 1;
        }
        Event::Record { retain_until, .. } => *retain_until = written_at,
        Event::Deletion { .. } => all[at].event = Event::Retention { retention_days: 1 },
    }
    forge(tree, all);
}

fn remove_folder(tree: &mut Tree, dice: &mut Dice) {
    let path = any(tree, dice);
    let (folder, _) = path.rsplit_once('/').unwrap();
    let folder = format!("{folder}/");
    tree.retain(|path, _| !path.starts_with(&folder));
}

fn entries(tree: &Tree) -> Vec<Entry> {
    let texts = tree.range(".chain/".to_owned()..".chain0".to_owned());
    let entry = |node: &Node| match node {
        Node::File(bytes, _) => Entry::parse(bytes).unwrap(),
        Node::Link(_) => panic!("a link is no entry"),
    };
    texts.map(|(_, node)| entry(node)).collect()
}

/// Writes a chain that tells `facts` with numbers and hashes that fit.
fn forge(tree: &mut Tree, facts: Vec<Entry>) {
    clear(tree);
    let mut last: Option<Entry> = None;
    for fact in facts {
        let entry = Entry::new(last.as_ref(), fact.written_at, &fact.actor, fact.event);
        put(tree, usize::try_from(entry.sequence).unwrap(), entry.text());
        last = Some(entry);
    }
}

fn clear(tree: &mut Tree) {
    tree.retain(|path, _| !path.starts_with(".chain/"));
}

fn put(tree: &mut Tree, number: usize, text: String) {
    tree.insert(format!(".chain/{number:012}.json"), Node::File(text.into_bytes(), 0o444));
}
