//! `mlassets_variable`: a variable of a Prefect workspace.

use tfplug::{
    Applied, Attr, Change, Cx, Error, Found, Keeping, List, Resource, Result, Schema, Set,
};

use crate::adopted;
use crate::anything::Anything;
use crate::backend::prefect::{
    self, Conflict, NewVariable, Prefect, VariablePatch, is_record, json_eq, name, variable,
};
use crate::types::Moment;

/// A variable of a Prefect workspace: a named value that flow runs read.
///
/// The value is stored in the state as it is, and whoever may read Prefect may read it: it is no place for secrets.
///
/// A variable that is there already, just as it is declared, is taken over: an interrupted apply may have left it.
/// So two workspaces that declare the same variable share it, and either of them can destroy it.
#[derive(Schema, Clone, Debug)]
#[tf(name = "variable")]
pub struct Variable {
    /// Name, unique in the workspace. An import takes the variable's ID as well.
    #[tf(
        identity,
        check = explained("be a name that Prefect takes", |name: &String| name::check_variable(name)),
        example = "\"ranker_threshold\""
    )]
    pub name: String,
    /// Any value: a text, a number, a truth value, a list or an object; null where it is left out. Compared by meaning,
    /// as JSON.
    #[tf(
        check = explained("fit into 5000 bytes of JSON", |value: &Anything| variable::check_value(&value.0)),
        example = "{ threshold = 0.85, models = [\"ranker\"] }"
    )]
    pub value: Option<Anything>,
    /// Tags to find it by, in any order.
    #[tf(example = "[\"training\"]")]
    pub tags: Option<Set<String>>,
    /// ID that Prefect gave the variable.
    #[tf(computed, keep)]
    pub id: Attr<String>,
    /// When the variable was created.
    #[tf(computed, keep)]
    pub created: Attr<Moment>,
    /// When the variable was last changed.
    #[tf(computed)]
    pub updated: Attr<Moment>,
}

impl Resource for Variable {
    type Backend = Prefect;

    async fn create(cx: &Cx<Prefect>, plan: Self) -> Applied<Self> {
        let mut hold = adopted::hold::<Self>(cx, &plan.name).await;
        let new = plan.as_new();
        let variable = match cx.create_variable(&new).await {
            Err(error) if is_name_taken(&error) => {
                let variable = take_over(cx, &new, error).await?;
                hold.adopt();
                variable
            }
            created => {
                let variable = created.map_err(Error::from)?;
                if variable.found {
                    hold.adopt();
                }
                variable
            }
        };
        Ok(Self::found(variable, Some(&plan)))
    }

    async fn read(cx: &Cx<Prefect>, name: String, prior: Option<Self>) -> Result<Option<Self>> {
        let found = match cx.find_variable(&name).await? {
            None if prior.is_none() && name::is_id(&name) => cx.find_variable_by_id(&name).await?,
            found => found,
        };
        Ok(found.map(|variable| Self::found(variable, prior.as_ref())))
    }

    async fn update(cx: &Cx<Prefect>, Change { before, after }: Change<Self>) -> Applied<Self> {
        let (old, new) = (before.as_new(), after.as_new());
        let patch = VariablePatch {
            value: (!json_eq(&old.value, &new.value)).then_some(new.value),
            tags: (old.tags != new.tags).then_some(new.tags),
        };
        cx.update_variable(&after.name, &patch).await.map_err(Error::from)?;
        let found = cx.find_variable(&after.name).await.map_err(Error::from);
        let gone = || {
            Error::remote(
                "Variable vanished",
                "Someone deleted it while it was changed. Apply again.",
            )
        };
        let variable = found.keeping(after.clone())?.ok_or_else(gone)?;
        Ok(Self::found(variable, Some(&after)))
    }

    async fn delete(cx: &Cx<Prefect>, state: Self) -> Result<()> {
        let hold = adopted::hold::<Self>(cx, &state.name).await;
        if !hold.spares(cx) {
            cx.delete_variable(&state.name).await?;
        }
        Ok(())
    }
}

/// Which variables are listed. Those in which `mlassets_deployment_pause` keeps its records never are.
#[derive(Schema, Debug)]
pub struct Variables {
    /// Only those whose names begin with this.
    #[tf(example = "\"ranker_\"")]
    pub name_prefix: Option<String>,
    /// Only those that have all of these tags.
    #[tf(example = "[\"training\"]")]
    pub tags: Option<Set<String>>,
}

impl List for Variable {
    type Filter = Variables;

    async fn list(cx: &Cx<Prefect>, filter: Variables, found: &Found<Self>) -> Result<()> {
        let tags = filter.tags.unwrap_or_default().0;
        for variable in cx.variables_beginning(&filter.name_prefix.unwrap_or_default()).await? {
            let tagged = tags.iter().all(|tag| variable.tags.contains(tag));
            if tagged && !is_record(&variable.name) {
                found.add(variable.name.clone(), Self::found(variable, None)).await;
            }
        }
        Ok(())
    }
}

impl Variable {
    fn as_new(&self) -> NewVariable {
        let mut tags = self.tags.clone().unwrap_or_default().0;
        tags.sort_unstable();
        NewVariable { name: self.name.clone(), value: self.document(), tags }
    }

    fn document(&self) -> serde_json::Value {
        self.value.clone().map(|value| value.0).unwrap_or_default()
    }

    fn found(variable: prefect::Variable, prior: Option<&Self>) -> Self {
        let untagged = variable.tags.is_empty() && prior.is_none_or(|prior| prior.tags.is_none());
        Variable {
            name: variable.name,
            value: Some(Anything(variable.value)),
            tags: (!untagged).then(|| variable.tags.into_iter().collect()),
            id: Attr::Known(variable.id),
            created: Moment::read(variable.created.as_deref()),
            updated: Moment::read(variable.updated.as_deref()),
        }
    }
}

fn is_name_taken(error: &prefect::Error) -> bool {
    matches!(error, prefect::Error::Conflict { conflict: Conflict::NameTaken, .. })
}

/// A variable that is just as it was planned is the one that an interrupted apply left behind; any other is
/// somebody else's.
async fn take_over(
    cx: &Cx<Prefect>,
    new: &NewVariable,
    taken: prefect::Error,
) -> Result<prefect::Variable> {
    let Some(mut variable) = cx.find_variable(&new.name).await? else { return Err(taken.into()) };
    variable.tags.sort_unstable();
    if variable.tags == new.tags && json_eq(&variable.value, &new.value) {
        return Ok(variable);
    }
    let detail = format!(
        "{taken}. To manage the existing variable, import it: `terraform import ADDRESS {:?}`.",
        new.name
    );
    Err(Error::user("Variable exists", detail).at(Variable::NAME))
}
