//! Scratch.
use std::collections::BTreeMap;
use std::path::Path;
fn walk(root: &Path, at: &Path, out: &mut BTreeMap<String, String>) {
    for e in std::fs::read_dir(at).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(root, &p, out);
            continue;
        }
        if let Ok(t) = std::fs::read_to_string(&p) {
            out.insert(p.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), t);
        }
    }
}
fn main() {
    let mut a = std::env::args().skip(1);
    let (proj, out) = (a.next().unwrap(), a.next().unwrap());
    let root = Path::new(&proj);
    let mut files = BTreeMap::new();
    files.insert("mlgen.yaml".into(), std::fs::read_to_string(root.join("mlgen.yaml")).unwrap());
    walk(root, &root.join("configs"), &mut files);
    if root.join("templates").is_dir() { walk(root, &root.join("templates"), &mut files); }
    let mut catalogues = vec![];
    for c in mlgen::App::catalogues(&files["mlgen.yaml"]) {
        let mut f = BTreeMap::new();
        walk(&root.join(&c), &root.join(&c), &mut f);
        catalogues
            .push(mlgen::catalogue::Folder { place: mlgen::catalogue::Place::Local(c), files: f });
    }
    let t = std::time::Instant::now();
    let app = mlgen::App::new(mlgen::Input { files, catalogues, set: a.collect() });
    for d in app.diagnostics() {
        println!("{}\n", mlgen::diag::render(&d, app.sources(), false));
    }
    let docs = app.render(&mlgen::Choice::default());
    eprintln!("{:?} {}", t.elapsed(), docs.len());
    for d in docs.into_iter().flat_map(|r| r.documents) {
        let p = Path::new(&out).join(&d.path);
        std::fs::create_dir_all(p.parent().unwrap()).unwrap();
        std::fs::write(p, d.text).unwrap();
    }
}
