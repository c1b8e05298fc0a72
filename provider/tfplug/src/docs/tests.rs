//! Whole pages of a small provider, and every problem in words.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::{Texts, is_page, render};
use crate::provider::Served;
use crate::{
    Action, Applied, Attr, Change, Cx, DataSource, EphemeralResource, Failure, Found as Listing,
    Function, Host, List, Opened, Progress, Provide, Provider, Registry, Resource, Result, Schema,
    Secret, immutable,
};

/// Keeps shelves and what stands on them.
///
/// Every block is optional.
#[derive(Schema, Debug)]
#[tf(name = "shop")]
struct Shop {
    /// Who keeps it.
    #[tf(env = ["SHOP_KEEPER", "USER"], check = len(1..=20), example = "\"ann\"")]
    keeper: Option<String>,
    /// The vault.
    #[tf(block, optional)]
    vault: Attr<Vault>,
}

/// The vault.
#[derive(Schema, Debug)]
struct Vault {
    /// Its combination.
    #[tf(env = "SHOP_COMBINATION")]
    combination: Option<Secret>,
}

/// A shelf with
/// `boxes` on it.
///
/// It stands where it was put.
#[derive(Schema, Clone, Debug)]
#[tf(name = "shelf", import = "{room}/{name}", at_most_one = [wood, metal])]
struct Shelf {
    /// The room.
    #[tf(identity, example = "\"cellar\"")]
    room: String,
    /// The name.
    #[tf(identity, check = len(1..=9), example = "\"top left\"")]
    name: String,
    /// Kind of wood.
    wood: Option<String>,
    /// Kind of metal.
    metal: Option<String>,
    /// How many boxes it bears.
    ///
    /// - 0: it is decoration
    #[tf(default = 3, check = at_least(0), replace = when(|before: &i64, after: &i64| after < before))]
    strength: Attr<i64>,
    /// Words for the lock.
    #[tf(write_only)]
    password: Option<Secret>,
    /// Boxes.
    #[tf(block, max = 4)]
    boxes: Vec<Carton>,
    /// Labels by place.
    #[tf(deprecated = "Use boxes.")]
    labels: Option<BTreeMap<String, Label>>,
    /// When it was built.
    #[tf(computed, keep)]
    built: Attr<String>,
}

/// A box.
#[derive(Schema, Clone, Debug)]
struct Carton {
    /// What is in it.
    content: String,
    /// Its lid.
    lid: Option<Label>,
}

/// A label.
#[derive(Schema, Clone, Debug)]
struct Label {
    /// What it says.
    text: String,
}

impl Resource for Shelf {
    type Backend = ();

    async fn create(_: &Cx<()>, plan: Self) -> Applied<Self> {
        Ok(plan)
    }

    async fn read(_: &Cx<()>, _: (String, String), prior: Option<Self>) -> Result<Option<Self>> {
        Ok(prior)
    }

    async fn update(_: &Cx<()>, _: Change<Self>) -> Applied<Self> {
        immutable()
    }

    async fn delete(_: &Cx<()>, _: Self) -> Result<()> {
        Ok(())
    }
}

/// Which shelves.
#[derive(Schema, Debug)]
struct Shelves {
    /// Only those in this room.
    #[tf(example = "\"cellar\"")]
    room: Option<String>,
}

impl List for Shelf {
    type Filter = Shelves;

    async fn list(_: &Cx<()>, _: Shelves, _: &Listing<Self>) -> Result<()> {
        Ok(())
    }
}

/// What the clock says.
#[derive(Schema, Clone, Debug)]
#[tf(name = "clock")]
struct Clock {
    /// The time.
    #[tf(computed)]
    time: Attr<String>,
}

impl DataSource for Clock {
    type Backend = ();

    async fn read(_: &Cx<()>, config: Self) -> Result<Self> {
        Ok(config)
    }
}

/// The longest of some words.
#[derive(Schema, Debug)]
#[tf(name = "longest")]
struct Longest {
    /// What to say if there is none.
    instead: Option<String>,
    /// The words.
    words: Vec<String>,
}

/// A word and its length.
#[derive(Schema, Debug)]
struct Found {
    /// The word.
    word: String,
    /// The length.
    length: i64,
}

impl Function for Longest {
    type Output = Found;
    const VARIADIC: bool = true;

    fn call(self) -> Result<Found> {
        let word = self.words.into_iter().max_by_key(String::len).or(self.instead);
        let word = word.unwrap_or_default();
        Ok(Found { length: i64::try_from(word.len()).unwrap_or(i64::MAX), word })
    }
}

/// A ticket that is good for a day.
#[derive(Schema, Debug)]
#[tf(name = "ticket")]
struct Ticket {
    /// Whose.
    visitor: String,
    /// What opens the door.
    #[tf(computed)]
    code: Attr<Secret>,
}

impl EphemeralResource for Ticket {
    type Backend = ();
    type Handle = ();

    async fn open(_: &Cx<()>, config: Self) -> Result<Opened<Self>, Failure<()>> {
        Ok(Opened::new(config, ()))
    }
}

/// Sweeps the floor.
#[derive(Schema, Debug)]
#[tf(name = "sweep")]
struct Sweep {
    /// How often.
    #[tf(default = 1)]
    times: Attr<i64>,
}

impl Action for Sweep {
    type Backend = ();

    async fn invoke(_: &Cx<()>, _: Self, _: &Progress) -> Result<()> {
        Ok(())
    }
}

struct Backends;

impl Provide<()> for Backends {
    fn provide(&self) -> Result<std::sync::Arc<()>> {
        Ok(std::sync::Arc::new(()))
    }
}

impl Provider for Shop {
    const ADDRESS: &'static str = "registry.terraform.io/test/shop";
    type Backends = Backends;

    async fn configure(_: Self, _: Host) -> Result<Backends> {
        Ok(Backends)
    }

    fn registry() -> Registry<Backends> {
        Registry::new()
            .resource::<Shelf>()
            .lookup::<Shelf>()
            .list::<Shelf>()
            .data_source::<Clock>()
            .ephemeral::<Ticket>()
            .action::<Sweep>()
            .function::<Longest>()
    }
}

fn examples() -> Texts {
    [
        ("examples/provider/provider.tf", "provider \"shop\" {}\n"),
        ("examples/resources/shop_shelf/resource.tf", "resource \"shop_shelf\" \"wines\" {}\n"),
        ("examples/data-sources/shop_shelf/data-source.tf", "data \"shop_shelf\" \"wines\" {}\n"),
        ("examples/data-sources/shop_clock/data-source.tf", "data \"shop_clock\" \"wall\" {}\n"),
        (
            "examples/list-resources/shop_shelf/list-resource.tfquery.hcl",
            "list \"shop_shelf\" \"all\" {\n  provider = shop\n}\n",
        ),
        (
            "examples/ephemeral-resources/shop_ticket/ephemeral-resource.tf",
            "ephemeral \"shop_ticket\" \"day\" {}\n",
        ),
        ("examples/actions/shop_sweep/action.tf", "action \"shop_sweep\" \"floor\" {}\n"),
        (
            "examples/functions/longest/function.tf",
            "output \"word\" {\n  value = provider::shop::longest(null, \"a\")\n}\n",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

#[track_caller]
fn check(path: &str, expected: &Expect) {
    let pages = render(&Served::new::<Shop>("1.0.0"), &examples(), &[("shel", "Shelves")]).unwrap();
    expected.assert_eq(&pages[path]);
}

/// Changes the examples and compares all problems.
#[track_caller]
fn check_problems(change: impl FnOnce(&mut Texts), expected: &Expect) {
    let mut texts = examples();
    change(&mut texts);
    let problems = render(&Served::new::<Shop>("1.0.0"), &texts, &[]).unwrap_err();
    let lines: Vec<String> = problems.iter().map(|problem| format!("{problem}\n")).collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn each_kind_has_its_page() {
    let pages = render(&Served::new::<Shop>("1.0.0"), &examples(), &[]).unwrap();
    let paths: Vec<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "docs/actions/sweep.md",
            "docs/data-sources/clock.md",
            "docs/data-sources/shelf.md",
            "docs/ephemeral-resources/ticket.md",
            "docs/functions/longest.md",
            "docs/index.md",
            "docs/list-resources/shelf.md",
            "docs/resources/shelf.md",
        ]
    );
    assert!(paths.iter().all(|path| is_page(path)));
    for path in ["docs/guide/first.md", "docs/decisions/0001.md", "docs/README.md"] {
        assert!(!is_page(path), "{path} is written by people");
    }
}

#[test]
fn the_page_of_the_provider() {
    check(
        "docs/index.md",
        &expect![[r#"
        ---
        page_title: "shop Provider"
        subcategory: ""
        description: |-
          Keeps shelves and what stands on them.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # shop Provider

        Keeps shelves and what stands on them.

        Every block is optional.

        ## Example Usage

        ```terraform
        provider "shop" {}
        ```

        ## Schema

        ### Optional

        - `keeper` (string) Who keeps it. Must have 1 to 20 characters. Example: `"ann"`. Left out, the first of the environment variables `SHOP_KEEPER` and `USER` that is set is used.
        - `vault` (block) The vault. See [below for nested schema](#nestedblock--vault).

        <a id="nestedblock--vault"></a>
        ### Nested Schema for `vault`

        Optional:

        - `combination` (string, sensitive) Its combination. Left out, the environment variable `SHOP_COMBINATION` is used.
    "#]],
    );
}

#[test]
fn the_page_of_an_ephemeral_resource() {
    check(
        "docs/ephemeral-resources/ticket.md",
        &expect![[r#"
        ---
        page_title: "shop_ticket Ephemeral Resource - shop"
        subcategory: ""
        description: |-
          A ticket that is good for a day.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # shop_ticket (Ephemeral Resource)

        A ticket that is good for a day.

        ## Example Usage

        ```terraform
        ephemeral "shop_ticket" "day" {}
        ```

        Needs Terraform 1.10 or later.

        ## Schema

        ### Required

        - `visitor` (string) Whose.

        ### Read-Only

        - `code` (string, sensitive) What opens the door.
    "#]],
    );
}

#[test]
fn the_page_of_an_action() {
    check(
        "docs/actions/sweep.md",
        &expect![[r#"
        ---
        page_title: "shop_sweep Action - shop"
        subcategory: ""
        description: |-
          Sweeps the floor.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # shop_sweep (Action)

        Sweeps the floor.

        ## Example Usage

        ```terraform
        action "shop_sweep" "floor" {}
        ```

        Needs Terraform 1.14 or later. A resource triggers it in its `lifecycle` block, and so does the command line:

        ```shell
        terraform apply -invoke=action.shop_sweep.floor
        ```

        ## Schema

        These stand in the block `config`.

        ### Optional

        - `times` (number) How often. Default: `1`.
    "#]],
    );
}

#[test]
fn the_page_of_a_resource() {
    check(
        "docs/resources/shelf.md",
        &expect![[r#"
        ---
        page_title: "shop_shelf Resource - shop"
        subcategory: "Shelves"
        description: |-
          A shelf with boxes on it.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # shop_shelf (Resource)

        A shelf with
        `boxes` on it.

        It stands where it was put.

        ## Example Usage

        ```terraform
        resource "shop_shelf" "wines" {}
        ```

        ## Schema

        ### Required

        - `room` (string) The room. Example: `"cellar"`. Changing this replaces the resource.
        - `name` (string) The name. Must have 1 to 9 characters. Example: `"top left"`. Changing this replaces the resource.

        ### Optional

        - `wood` (string) Kind of wood.
        - `metal` (string) Kind of metal.
        - `strength` (number) How many boxes it bears.

          - 0: it is decoration

          Must be at least 0. Default: `3`. Some changes of this replace the resource.
        - `password` (string, sensitive, write-only) Words for the lock. It is never stored. Needs Terraform 1.11 or later.
        - `labels` (map of objects) **Deprecated:** Use boxes. Labels by place. See [below for nested schema](#nestedatt--labels).
        - `boxes` (list of blocks, at most 4) Boxes. See [below for nested schema](#nestedblock--boxes).

        ### Read-Only

        - `built` (string) When it was built.

        At most one of `wood` or `metal` may be set.

        <a id="nestedatt--labels"></a>
        ### Nested Schema for `labels`

        Required:

        - `text` (string) What it says.

        <a id="nestedblock--boxes"></a>
        ### Nested Schema for `boxes`

        Required:

        - `content` (string) What is in it.

        Optional:

        - `lid` (object) Its lid. See [below for nested schema](#nestedatt--boxes--lid).

        <a id="nestedatt--boxes--lid"></a>
        ### Nested Schema for `boxes.lid`

        Required:

        - `text` (string) What it says.

        ## Import

        In Terraform 1.12 or later, by its identity:

        ```terraform
        import {
          to = shop_shelf.wines
          identity = {
            room = "cellar"
            name = "top left"
          }
        }
        ```

        The identity has these attributes, all of them required:

        - `room` (string) The room.
        - `name` (string) The name.

        In Terraform 1.5 or later, by its ID `{room}/{name}`:

        ```terraform
        import {
          to = shop_shelf.wines
          id = "cellar/top left"
        }
        ```

        Or on the command line:

        ```shell
        terraform import shop_shelf.wines 'cellar/top left'
        ```
    "#]],
    );
}

#[test]
fn the_page_of_a_data_source_that_looks_up_a_resource() {
    check(
        "docs/data-sources/shelf.md",
        &expect![[r#"
            ---
            page_title: "shop_shelf Data Source - shop"
            subcategory: "Shelves"
            description: |-
              A shelf with boxes on it.
            ---

            <!-- @generated from the provider's schema and its examples: change those. -->

            # shop_shelf (Data Source)

            A shelf with
            `boxes` on it.

            This looks up one that exists. To manage it, see the resource [`shop_shelf`](../resources/shelf.md).

            ## Example Usage

            ```terraform
            data "shop_shelf" "wines" {}
            ```

            ## Schema

            ### Required

            - `room` (string) The room. Example: `"cellar"`.
            - `name` (string) The name. Must have 1 to 9 characters. Example: `"top left"`.

            ### Read-Only

            - `wood` (string) Kind of wood.
            - `metal` (string) Kind of metal.
            - `strength` (number) How many boxes it bears.

              - 0: it is decoration
            - `labels` (map of objects) **Deprecated:** Use boxes. Labels by place. See [below for nested schema](#nestedatt--labels).
            - `built` (string) When it was built.
            - `boxes` (list of objects) Boxes. See [below for nested schema](#nestedatt--boxes).

            <a id="nestedatt--labels"></a>
            ### Nested Schema for `labels`

            Read-Only:

            - `text` (string) What it says.

            <a id="nestedatt--boxes"></a>
            ### Nested Schema for `boxes`

            Read-Only:

            - `content` (string) What is in it.
            - `lid` (object) Its lid. See [below for nested schema](#nestedatt--boxes--lid).

            <a id="nestedatt--boxes--lid"></a>
            ### Nested Schema for `boxes.lid`

            Read-Only:

            - `text` (string) What it says.
        "#]],
    );
}

#[test]
fn the_page_of_a_data_source_of_its_own() {
    check(
        "docs/data-sources/clock.md",
        &expect![[r#"
        ---
        page_title: "shop_clock Data Source - shop"
        subcategory: ""
        description: |-
          What the clock says.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # shop_clock (Data Source)

        What the clock says.

        ## Example Usage

        ```terraform
        data "shop_clock" "wall" {}
        ```

        ## Schema

        ### Read-Only

        - `time` (string) The time.
    "#]],
    );
}

#[test]
fn the_page_of_a_function() {
    check(
        "docs/functions/longest.md",
        &expect![[r#"
        ---
        page_title: "longest function - shop"
        subcategory: ""
        description: |-
          The longest of some words.
        ---

        <!-- @generated from the provider's schema and its examples: change those. -->

        # longest (Function)

        The longest of some words.

        ## Example Usage

        ```terraform
        output "word" {
          value = provider::shop::longest(null, "a")
        }
        ```

        ## Signature

        ```text
        longest(instead string, words string...) object({ length = number, word = string })
        ```

        ## Arguments

        1. `instead` (string, may be null) What to say if there is none.
        2. `words` (string, any number of them) The words.

        ## Result

        An object with these attributes:

        - `length` (number)
        - `word` (string)
    "#]],
    );
}

#[test]
fn an_import_script_takes_the_place_of_examples() {
    let mut texts = examples();
    let script = "terraform import shop_shelf.wines attic/right\n";
    texts.insert("examples/resources/shop_shelf/import.sh".to_owned(), script.to_owned());
    let pages = render(&Served::new::<Shop>("1.0.0"), &texts, &[]).unwrap();
    let page = &pages["docs/resources/shelf.md"];
    for part in ["    room = \"attic\"\n    name = \"right\"\n", "  id = \"attic/right\"\n", script]
    {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
}

#[test]
fn the_page_of_a_list() {
    check(
        "docs/list-resources/shelf.md",
        &expect![[r#"
            ---
            page_title: "shop_shelf List Resource - shop"
            subcategory: "Shelves"
            description: |-
              A shelf with boxes on it.
            ---

            <!-- @generated from the provider's schema and its examples: change those. -->

            # shop_shelf (List Resource)

            A shelf with
            `boxes` on it.

            This finds those that exist, to be imported: `terraform query` shows them, and `terraform query -generate-config-out=imported.tf` writes `import` blocks with a configuration for each. Needs Terraform 1.14 or later. To manage one, see the resource [`shop_shelf`](../resources/shelf.md).

            ## Example Usage

            ```terraform
            list "shop_shelf" "all" {
              provider = shop
            }
            ```

            ## Schema

            What stands in the `config` block:

            ### Optional

            - `room` (string) Only those in this room. Example: `"cellar"`.
        "#]],
    );
}

#[test]
fn missing_and_foreign_examples_are_problems() {
    check_problems(
        |texts| {
            texts.remove("examples/list-resources/shop_shelf/list-resource.tfquery.hcl");
            texts.remove("examples/provider/provider.tf");
            let empty = "examples/data-sources/shop_clock/data-source.tf";
            texts.insert(empty.to_owned(), "# nothing".to_owned());
            let gone = "examples/resources/shop_drawer/resource.tf";
            texts.insert(gone.to_owned(), "resource \"shop_drawer\" \"top\" {}".to_owned());
        },
        &expect![[r#"
            examples/provider/provider.tf: missing; write one with `provider "shop"` that works as it stands
            examples/data-sources/shop_clock/data-source.tf: holds no `data "shop_clock"`, which it should show
            examples/list-resources/shop_shelf/list-resource.tfquery.hcl: missing; write one with `list "shop_shelf"` that works as it stands
            examples/resources/shop_drawer/resource.tf: belongs to nothing that the provider serves; move or remove it
        "#]],
    );
}

#[test]
fn a_wrong_import_script_is_a_problem() {
    for (script, expected) in [
        (
            "# see the manual\n",
            expect![[r"
            examples/resources/shop_shelf/import.sh: its last line should be `terraform import shop_shelf.wines ID`
        "]],
        ),
        (
            "terraform import shop_shelf.wines attic\n",
            expect![[r#"
            examples/resources/shop_shelf/import.sh: Invalid import ID: Expected `/` after `room` in "attic". The import ID has the form `{room}/{name}`.
        "#]],
        ),
    ] {
        check_problems(
            |texts| {
                let path = "examples/resources/shop_shelf/import.sh";
                texts.insert(path.to_owned(), script.to_owned());
            },
            &expected,
        );
    }
}
